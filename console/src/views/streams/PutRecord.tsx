// A record put by hand, to see what becomes of it.
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

import { base64OfText } from '../../api/blob';
import { aws } from '../../api/client';
import { ErrorNotice } from '../../app/ErrorNotice';
import { href } from '../../app/router';

interface Put {
  ShardId: string;
  SequenceNumber: string;
}

function notJson(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return 'This is not JSON. A stream takes it; a delivery to a collection will not.';
  }
}

export function PutRecord({ name }: { name: string }) {
  const [key, setKey] = useState('test');
  const [data, setData] = useState('{"message": "hello"}');
  const [done, setDone] = useState<Put>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const put = () => {
    setBusy(true);
    setError(undefined);
    setDone(undefined);
    aws<Put>('kinesis', 'PutRecord', { StreamName: name, PartitionKey: key, Data: base64OfText(data) })
      .then(setDone, setError)
      .finally(() => setBusy(false));
  };
  return (
    <Container header={<Header variant="h2">Put a record</Header>}>
      <SpaceBetween size="m">
        <FormField label="Partition key" constraintText="Records with the same key keep their order: they go to the same shard.">
          <Input value={key} onChange={({ detail }) => setKey(detail.value)} spellcheck={false} />
        </FormField>
        <FormField label="Data" warningText={notJson(data)} stretch>
          <Textarea value={data} onChange={({ detail }) => setData(detail.value)} rows={8} spellcheck={false} />
        </FormField>
        <Button variant="primary" loading={busy} disabled={key === ''} onClick={put}>Put the record</Button>
        {error !== undefined && <ErrorNotice error={error} what="Putting the record" />}
        {done && (
          <Alert type="success" header="The record is on disk">
            <span className="wrap-anywhere" data-testid="put-done">
              In shard {done.ShardId} with sequence number{' '}
              <a href={href(['streams', name], { tab: 'records', shard: done.ShardId, from: 'AT_SEQUENCE_NUMBER', at: done.SequenceNumber })}>
                {done.SequenceNumber}
              </a>
            </span>
          </Alert>
        )}
      </SpaceBetween>
    </Container>
  );
}

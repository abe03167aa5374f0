// A stream goes with all its records: only who types its name means it.
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { aws } from '../../api/client';
import { ErrorNotice } from '../../app/ErrorNotice';

interface Props {
  name: string;
  close: () => void;
  deleted: () => void;
}

export function DeleteStream({ name, close, deleted }: Props) {
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const remove = () => {
    setBusy(true);
    setError(undefined);
    const input = { StreamName: name, EnforceConsumerDeletion: true };
    aws('kinesis', 'DeleteStream', input).then(deleted, setError).finally(() => setBusy(false));
  };
  return (
    <Modal
      visible
      onDismiss={close}
      closeAriaLabel="Close"
      header={`Delete stream ${name}`}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={close}>Cancel</Button>
            <Button variant="primary" loading={busy} disabled={typed !== name} onClick={remove}>Delete</Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">Its records and its registered consumers go with it. This cannot be undone.</Alert>
        {error !== undefined && <ErrorNotice error={error} what="Deleting the stream" />}
        <FormField label={`Type ${name} to confirm`}>
          <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} spellcheck={false} autoFocus />
        </FormField>
      </SpaceBetween>
    </Modal>
  );
}

// A new stream: its name and how much it takes.
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { aws } from '../../api/client';
import { ErrorNotice } from '../../app/ErrorNotice';

interface Props {
  close: () => void;
  created: (name: string) => void;
}

export function CreateStream({ close, created }: Props) {
  const [name, setName] = useState('');
  const [mode, setMode] = useState('PROVISIONED');
  const [shards, setShards] = useState('1');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const create = () => {
    setBusy(true);
    setError(undefined);
    const input = {
      StreamName: name,
      StreamModeDetails: { StreamMode: mode },
      ...(mode === 'PROVISIONED' && { ShardCount: Number(shards) }),
    };
    aws('kinesis', 'CreateStream', input).then(() => created(name), setError).finally(() => setBusy(false));
  };
  return (
    <Modal
      visible
      onDismiss={close}
      closeAriaLabel="Close"
      header="Create a stream"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={close}>Cancel</Button>
            <Button variant="primary" loading={busy} disabled={name === ''} onClick={create}>Create</Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {error !== undefined && <ErrorNotice error={error} what="Creating the stream" />}
        <FormField label="Name" constraintText="Letters, digits, dots, hyphens and underscores; at most 128.">
          <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} autoFocus />
        </FormField>
        <SegmentedControl
          label="Capacity"
          selectedId={mode}
          options={[{ id: 'PROVISIONED', text: 'Provisioned' }, { id: 'ON_DEMAND', text: 'On demand' }]}
          onChange={({ detail }) => setMode(detail.selectedId)}
        />
        {mode === 'PROVISIONED' && (
          <FormField label="Shards" constraintText="Each takes 1,000 records or 1 MiB a second.">
            <Input type="number" inputMode="numeric" value={shards} onChange={({ detail }) => setShards(detail.value)} />
          </FormField>
        )}
      </SpaceBetween>
    </Modal>
  );
}

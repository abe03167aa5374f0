// Deleting takes everything the stack made with it: the name must be typed.
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState, type FormEvent } from 'react';

import { aws } from '../../api/client';
import { ErrorNotice } from '../../app/ErrorNotice';
import type { Stack } from './stack';

export function DeleteStack({ stack, close }: { stack: Stack; close: () => void }) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed !== stack.StackName) return;
    setBusy(true);
    setError(undefined);
    aws('cloudformation', 'DeleteStack', { StackName: stack.StackId })
      .then(close, setError)
      .finally(() => setBusy(false));
  };
  return (
    <Modal
      visible
      onDismiss={close}
      header={`Delete stack ${stack.StackName}`}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={close}>
              Cancel
            </Button>
            <Button variant="primary" form="delete-stack" formAction="submit" loading={busy} disabled={typed !== stack.StackName}>
              Delete
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form id="delete-stack" onSubmit={submit}>
        <SpaceBetween size="m">
          <Alert type="warning">All that this stack made is deleted with it, and what its nested stacks made.</Alert>
          <ErrorNotice error={error} what="Deleting" />
          <FormField label={`Type ${stack.StackName} to confirm`}>
            <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} autoComplete={false} spellcheck={false} autoFocus />
          </FormField>
        </SpaceBetween>
      </form>
    </Modal>
  );
}

// Calls a function with an event and shows what came of it. The event is kept in this browser, for the next time.
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Textarea from '@cloudscape-design/components/textarea';
import { useState, type FormEvent } from 'react';

import { base64OfText, bytesOf, decode } from '../../api/blob';
import { aws } from '../../api/client';
import { ErrorNotice } from '../../app/ErrorNotice';
import { JsonText } from '../../app/JsonText';
import { useSession } from '../../app/session';
import { eventFault, readReport, type Invocation } from './function';

const kSample = '{\n  "key": "value"\n}';

interface Outcome {
  invocation: Invocation;
  tookMs: number;
}

const milliseconds = (value: number | undefined) => (value === undefined ? '–' : `${value.toLocaleString('en')} ms`);

// The tail may begin in the middle of a character.
const logText = (base64: string | undefined) => new TextDecoder().decode(bytesOf(base64 ?? ''));

function Result({ invocation, tookMs }: Outcome) {
  const log = logText(invocation.LogResult);
  const report = readReport(log);
  const failed = invocation.FunctionError !== undefined;
  const accepted = invocation.StatusCode === 202;
  return (
    <Container
      data-testid="invocation"
      header={
        <Header variant="h2">
          <StatusIndicator type={failed ? 'error' : 'success'}>
            {failed ? `Failed: ${invocation.FunctionError}` : accepted ? 'Accepted' : 'Succeeded'}
          </StatusIndicator>
        </Header>
      }
    >
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Duration', value: milliseconds(report?.durationMs) },
            { label: 'Start of the environment', value: milliseconds(report?.initMs) },
            { label: 'Memory used', value: report?.usedMb === undefined ? '–' : `${report.usedMb} of ${report.memoryMb} MB` },
            { label: 'Until the answer came', value: milliseconds(Math.round(tookMs)) },
          ]}
        />
        {accepted ? (
          <p>The event waits in the function’s queue; what comes of it is in its log.</p>
        ) : (
          <FormField label="Result" stretch>
            <JsonText value={decode(invocation.Payload ?? '').text || 'null'} label="the result" />
          </FormField>
        )}
        {log !== '' && (
          <FormField label="Last lines of the log" stretch>
            <JsonText value={log.trimEnd()} label="the last lines of the log" />
          </FormField>
        )}
      </SpaceBetween>
    </Container>
  );
}

export function Invoke({ name }: { name: string }) {
  const { principal, region } = useSession();
  const key = `standpipe.event.${principal.account}.${region}.${name}`;
  const [text, setText] = useState(() => localStorage.getItem(key) ?? kSample);
  const [type, setType] = useState('RequestResponse');
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const [error, setError] = useState<unknown>();
  const fault = eventFault(text);

  const invoke = async (event: FormEvent) => {
    event.preventDefault();
    if (fault !== undefined) return;
    localStorage.setItem(key, text);
    setBusy(true);
    setOutcome(undefined);
    setError(undefined);
    const start = performance.now();
    try {
      const invocation = await aws<Invocation>('lambda', 'Invoke', {
        FunctionName: name,
        InvocationType: type,
        LogType: type === 'Event' ? undefined : 'Tail',
        Payload: text.trim() === '' ? undefined : base64OfText(text),
      });
      setOutcome({ invocation, tookMs: performance.now() - start });
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  return (
    <SpaceBetween size="m">
      <form onSubmit={(event) => void invoke(event)}>
        <Container
          header={
            <Header
              variant="h2"
              actions={
                <Button variant="primary" formAction="submit" loading={busy} disabled={fault !== undefined}>
                  Invoke
                </Button>
              }
            >
              Event
            </Header>
          }
        >
          <SpaceBetween size="m">
            <SegmentedControl
              label="How to call"
              selectedId={type}
              onChange={({ detail }) => setType(detail.selectedId)}
              options={[
                { id: 'RequestResponse', text: 'Wait for the result' },
                { id: 'Event', text: 'Queue the event' },
              ]}
            />
            <FormField label="JSON" errorText={fault} stretch>
              <div className="code">
                <Textarea
                  value={text}
                  onChange={({ detail }) => setText(detail.value)}
                  rows={Math.min(Math.max(text.split('\n').length + 1, 6), 24)}
                  spellcheck={false}
                />
              </div>
            </FormField>
          </SpaceBetween>
        </Container>
      </form>
      <ErrorNotice error={error} what="Invoking" />
      {outcome && <Result {...outcome} />}
    </SpaceBetween>
  );
}

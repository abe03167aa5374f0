// The name, the parameters and what must be acknowledged: asked as the template says.
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState, type FormEvent } from 'react';

import { aws } from '../../api/client';
import { ErrorNotice } from '../../app/ErrorNotice';
import { href, navigate } from '../../app/router';
import {
  createInput,
  faults,
  meaning,
  type Answers,
  type DeclaredParameter,
  type TemplateSource,
  type TemplateSummary,
} from './template';

interface FieldProps {
  parameter: DeclaredParameter;
  value: string | undefined;
  fault?: string;
  change: (value: string) => void;
}

function ParameterField({ parameter, value, fault, change }: FieldProps) {
  const { ParameterKey, ParameterType = 'String', DefaultValue, NoEcho, Description } = parameter;
  const allowed = parameter.ParameterConstraints?.AllowedValues ?? [];
  const shown = value ?? (NoEcho ? '' : (DefaultValue ?? ''));
  const hidden = NoEcho && DefaultValue !== undefined ? 'The template’s default' : undefined;
  return (
    <FormField label={ParameterKey} description={Description} constraintText={ParameterType} errorText={fault}>
      {allowed.length > 0 ? (
        <Select
          selectedOption={shown === '' ? null : { value: shown, label: shown }}
          options={allowed.map((each) => ({ value: each, label: each }))}
          placeholder="Choose"
          expandToViewport
          onChange={({ detail }) => change(detail.selectedOption.value ?? '')}
        />
      ) : (
        <Input
          value={shown}
          onChange={({ detail }) => change(detail.value)}
          type={NoEcho ? 'password' : 'text'}
          inputMode={ParameterType === 'Number' ? 'numeric' : 'text'}
          placeholder={hidden}
          autoComplete={NoEcho ? 'new-password' : false}
          spellcheck={false}
        />
      )}
    </FormField>
  );
}

interface CapabilitiesProps {
  summary: TemplateSummary;
  acknowledged: string[];
  wrong: Record<string, string>;
  change: (acknowledged: string[]) => void;
}

function Capabilities({ summary, acknowledged, wrong, change }: CapabilitiesProps) {
  const needed = summary.Capabilities ?? [];
  if (needed.length === 0) return null;
  return (
    <Alert type="info" header="This template changes who may do what">
      <SpaceBetween size="s">
        {summary.CapabilitiesReason && <span className="wrap-anywhere">{summary.CapabilitiesReason}</span>}
        {needed.map((capability) => (
          <FormField key={capability} errorText={wrong[`capability:${capability}`]}>
            <Checkbox
              checked={acknowledged.includes(capability)}
              onChange={({ detail }) =>
                change(detail.checked ? [...acknowledged, capability] : acknowledged.filter((each) => each !== capability))
              }
            >
              I acknowledge that {meaning[capability] ?? 'it needs this'} ({capability})
            </Checkbox>
          </FormField>
        ))}
      </SpaceBetween>
    </Alert>
  );
}

interface Props {
  source: TemplateSource;
  summary: TemplateSummary;
  suggested: string;
}

export function StackForm({ source, summary, suggested }: Props) {
  const [answers, setAnswers] = useState<Answers>({ name: suggested, values: {}, acknowledged: [], keepOnFailure: false });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const found = faults(summary, answers);
  const wrong = tried ? found : {};
  const change = (part: Partial<Answers>) => setAnswers((old) => ({ ...old, ...part }));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setError(undefined);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      const { StackId } = await aws<{ StackId: string }>('cloudformation', 'CreateStack', createInput(source, answers));
      navigate(href(['stacks', StackId]));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  const parameters = summary.Parameters ?? [];
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" href={href('stacks')} formAction="none">
              Cancel
            </Button>
            <Button variant="primary" formAction="submit" loading={busy}>
              Create stack
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="m">
          <Container header={<Header variant="h2" description={summary.Description}>Stack</Header>}>
            <SpaceBetween size="m">
              <FormField label="Stack name" errorText={wrong.name}>
                <Input value={answers.name} onChange={({ detail }) => change({ name: detail.value })} spellcheck={false} />
              </FormField>
              <Checkbox checked={answers.keepOnFailure} onChange={({ detail }) => change({ keepOnFailure: detail.checked })}>
                Keep what was made when something fails, to look at it
              </Checkbox>
              <div>
                <Box variant="awsui-key-label">What it makes</Box>
                {summary.ResourceTypes?.join(', ') || '–'}
              </div>
            </SpaceBetween>
          </Container>
          {parameters.length > 0 && (
            <Container header={<Header variant="h2">Parameters</Header>}>
              <SpaceBetween size="m">
                {parameters.map((parameter) => (
                  <ParameterField
                    key={parameter.ParameterKey}
                    parameter={parameter}
                    value={answers.values[parameter.ParameterKey]}
                    fault={wrong[`parameter:${parameter.ParameterKey}`]}
                    change={(value) => change({ values: { ...answers.values, [parameter.ParameterKey]: value } })}
                  />
                ))}
              </SpaceBetween>
            </Container>
          )}
          <Capabilities
            summary={summary}
            acknowledged={answers.acknowledged}
            wrong={wrong}
            change={(acknowledged) => change({ acknowledged })}
          />
          <ErrorNotice error={error} what="Creating the stack" />
        </SpaceBetween>
      </Form>
    </form>
  );
}

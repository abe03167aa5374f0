// A new stack: its template first, then what that asks for.
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { aws } from '../../api/client';
import { ErrorNotice } from '../../app/ErrorNotice';
import { PageTitle } from '../../app/PageTitle';
import { href } from '../../app/router';
import { StackForm } from './StackForm';
import type { TemplateSource, TemplateSummary } from './template';

interface Read {
  source: TemplateSource;
  summary: TemplateSummary;
  suggested: string;
}

// 'main.yaml' → 'main': a name to begin with.
const suggest = (file: string) => file.replace(/\.[^.]*$/, '').replace(/[^A-Za-z0-9-]/g, '-').replace(/^[^A-Za-z]+/, '');

export function CreateStack() {
  const [from, setFrom] = useState('file');
  const [files, setFiles] = useState<File[]>([]);
  const [url, setUrl] = useState('');
  const [read, setRead] = useState<Read>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  const look = async (source: TemplateSource, suggested: string) => {
    setBusy(true);
    setRead(undefined);
    setError(undefined);
    try {
      setRead({ source, summary: await aws<TemplateSummary>('cloudformation', 'GetTemplateSummary', source), suggested });
    } catch (wrong) {
      setError(wrong);
    } finally {
      setBusy(false);
    }
  };
  const choose = (chosen: File[]) => {
    setFiles(chosen);
    setRead(undefined);
    setError(undefined);
    const [file] = chosen;
    if (file) file.text().then((TemplateBody) => look({ TemplateBody }, suggest(file.name)), setError);
  };
  const changeFrom = (next: string) => {
    setFrom(next);
    setFiles([]);
    setRead(undefined);
    setError(undefined);
  };

  return (
    <SpaceBetween size="m">
      <PageTitle
        way={[
          { text: 'Stacks', href: href('stacks') },
          { text: 'Create stack', href: href('stacks', { create: 'yes' }) },
        ]}
        title="Create stack"
      />
      <Container header={<Header variant="h2">Template</Header>}>
        <SpaceBetween size="m">
          <FormField label="Where the template is">
            <RadioGroup
              value={from}
              onChange={({ detail }) => changeFrom(detail.value)}
              items={[
                { value: 'file', label: 'In a file on this computer' },
                { value: 'url', label: 'In a bucket' },
              ]}
            />
          </FormField>
          {from === 'file' ? (
            <FormField label="Template file" description="JSON or YAML, at most 51,200 bytes; a larger one must be in a bucket.">
              <FileUpload
                value={files}
                onChange={({ detail }) => choose(detail.value)}
                accept=".yaml,.yml,.json,.template,.txt"
                showFileSize
                ariaRequired
                i18nStrings={{
                  uploadButtonText: () => 'Choose file',
                  dropzoneText: () => 'Drop the file here',
                  removeFileAriaLabel: () => 'Remove the file',
                  limitShowFewer: 'Fewer',
                  limitShowMore: 'More',
                  errorIconAriaLabel: 'Error',
                }}
              />
            </FormField>
          ) : (
            <form
              onSubmit={(event) => {
                event.preventDefault();
                void look({ TemplateURL: url.trim() }, suggest(url.trim().split('/').at(-1) ?? ''));
              }}
            >
              <SpaceBetween size="s">
                <FormField label="Template URL" description="As https://bucket.s3.region.amazonaws.com/key">
                  <Input value={url} onChange={({ detail }) => setUrl(detail.value)} type="url" spellcheck={false} />
                </FormField>
                <Button formAction="submit" loading={busy} disabled={url.trim() === ''}>
                  Read template
                </Button>
              </SpaceBetween>
            </form>
          )}
          <ErrorNotice error={error} what="Reading the template" />
        </SpaceBetween>
      </Container>
      {read && <StackForm {...read} />}
    </SpaceBetween>
  );
}

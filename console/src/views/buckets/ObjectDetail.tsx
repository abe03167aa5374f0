// One object: what is known of it, its beginning as text, and the way to have all of it.
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useCallback, useState } from 'react';

import { objectUrl } from '../../api/client';
import { bytesText, countText, timeText } from '../../app/format';
import { JsonText } from '../../app/JsonText';
import { PageTitle } from '../../app/PageTitle';
import { Part } from '../../app/Part';
import { href } from '../../app/router';
import { folderOf, nameIn, stepsTo } from './keys';
import type { Preview } from './preview';
import { headObject, previewObject, type ObjectHead } from './s3';

const kinds: Record<Preview['kind'], string> = {
  JSON: 'JSON',
  'JSON lines': 'JSON values, one after the other',
  text: 'Text',
  bytes: 'Not text: shown in hexadecimal',
};
const words = (value: string | undefined) => <span className="wrap-anywhere">{value || '–'}</span>;

function Facts({ head }: { head: ObjectHead }) {
  const { ContentLength: length } = head;
  const size = length === undefined || length < 1024 ? bytesText(length) : `${bytesText(length)} (${countText(length)} bytes)`;
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: 'Size', value: size },
        { label: 'Type', value: words(head.ContentType) },
        { label: 'Changed', value: timeText(head.LastModified) },
        { label: 'Encoding', value: words(head.ContentEncoding) },
        { label: 'ETag', value: words(head.ETag) },
        { label: 'Storage class', value: head.StorageClass ?? 'STANDARD' },
      ]}
    />
  );
}

function Metadata({ metadata = {} }: { metadata?: Record<string, string> }) {
  const pairs = Object.entries(metadata);
  if (pairs.length === 0) return <span className="quiet">None.</span>;
  return <KeyValuePairs columns={3} items={pairs.map(([key, value]) => ({ label: key, value: words(value) }))} />;
}

function Beginning({ preview }: { preview: Preview }) {
  const [indented, setIndented] = useState(true);
  const told = [
    kinds[preview.kind],
    ...(preview.compressed ? ['gzip, shown inflated'] : []),
    preview.whole ? 'all of it' : 'the beginning only',
  ].join(' · ');
  return (
    <SpaceBetween size="s">
      <div className="filters-row">
        <span className="quiet">{told}</span>
        {preview.formatted !== undefined && (
          <Toggle checked={indented} onChange={({ detail }) => setIndented(detail.checked)}>
            Indent
          </Toggle>
        )}
      </div>
      <JsonText value={(indented ? preview.formatted : undefined) ?? preview.text} label="The object’s beginning" />
    </SpaceBetween>
  );
}

export function ObjectDetail({ bucket, objectKey }: { bucket: string; objectKey: string }) {
  const head = useCallback((signal: AbortSignal) => headObject(bucket, objectKey, signal), [bucket, objectKey]);
  const preview = useCallback((signal: AbortSignal) => previewObject(bucket, objectKey, signal), [bucket, objectKey]);
  const folder = folderOf(objectKey);
  const name = nameIn(folder, objectKey);
  const way = [
    { text: 'Buckets', href: href('buckets') },
    { text: bucket, href: href(['buckets', bucket]) },
    ...stepsTo(folder).map(({ text, prefix }) => ({ text, href: href(['buckets', bucket], { prefix }) })),
    { text: name, href: href(['buckets', bucket], { key: objectKey }) },
  ];
  return (
    <SpaceBetween size="m">
      <PageTitle
        way={way}
        title={name}
        actions={
          <Button href={objectUrl(bucket, objectKey)} download iconName="download">
            Download
          </Button>
        }
      />
      <Part
        title="Object"
        load={head}
        bare
        render={(found) => (
          <SpaceBetween size="m">
            <Container header={<Header variant="h2">Object</Header>}>
              <Facts head={found} />
            </Container>
            <Container header={<Header variant="h2">Metadata</Header>}>
              <Metadata metadata={found.Metadata} />
            </Container>
          </SpaceBetween>
        )}
      />
      <Part
        title="Preview"
        load={preview}
        render={(found) => (found.preview ? <Beginning preview={found.preview} /> : <span className="quiet">The object is empty.</span>)}
      />
    </SpaceBetween>
  );
}

// How a delivery stream is set up, in words.
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';

import { timeText } from '../../app/format';
import { href } from '../../app/router';
import { bucketTargetOf, collectionIdOf, collectionTargetOf, nameInArn, sourceOf } from '../pipeline/map';
import type { BucketTarget, Delivery, LogOptions } from '../pipeline/descriptions';
import { bufferText } from '../pipeline/words';
import { DeliveryStatus } from './DeliveryList';

const pair = (label: string, value: ReactNode): KeyValuePairsProps.Pair => ({
  label,
  value: <span className="wrap-anywhere">{value === undefined || value === '' ? '–' : value}</span>,
});

function logWords(options: LogOptions | undefined): string {
  return options?.Enabled ? `${options.LogGroupName} / ${options.LogStreamName}` : 'off';
}

function bucketPairs(target: BucketTarget): KeyValuePairsProps.Pair[] {
  const bucket = nameInArn(target.BucketARN);
  return [
    pair('Bucket', <a href={href(['buckets', bucket])}>{bucket}</a>),
    pair('Prefix', target.Prefix),
    pair('Prefix of errors', target.ErrorOutputPrefix ?? 'under the prefix'),
    pair('Compression', (target.CompressionFormat ?? 'UNCOMPRESSED').toLowerCase()),
    pair('Buffer', bufferText(target.BufferingHints)),
    pair('As role', target.RoleARN && nameInArn(target.RoleARN)),
    pair('Log', logWords(target.CloudWatchLoggingOptions)),
  ];
}

function Part({ title, items }: { title: string; items: KeyValuePairsProps.Pair[] }) {
  return (
    <Container header={<Header variant="h2">{title}</Header>}>
      <KeyValuePairs columns={3} minColumnWidth={180} items={items} />
    </Container>
  );
}

export function Configuration({ delivery }: { delivery: Delivery }) {
  const stream = sourceOf(delivery);
  const role = delivery.Source?.KinesisStreamSourceDescription?.RoleARN;
  const collection = collectionTargetOf(delivery);
  const bucket = bucketTargetOf(delivery);
  const id = collectionIdOf(collection?.CollectionEndpoint);
  return (
    <SpaceBetween size="m">
      <Part
        title="Delivery stream"
        items={[
          pair('Status', <DeliveryStatus status={delivery.DeliveryStreamStatus} />),
          ...(delivery.FailureDescription ? [pair('Why it failed', delivery.FailureDescription.Details)] : []),
          pair('Created', timeText(delivery.CreateTimestamp)),
          pair('Version', delivery.VersionId),
          pair('ARN', delivery.DeliveryStreamARN),
        ]}
      />
      <Part
        title="Source"
        items={
          stream
            ? [
                pair('Stream', <a href={href(['streams', nameInArn(stream)])}>{nameInArn(stream)}</a>),
                pair('As role', role && nameInArn(role)),
              ]
            : [pair('Source', 'Direct put: records are put with PutRecord and PutRecordBatch')]
        }
      />
      {collection && (
        <Part
          title="Collection"
          items={[
            pair('Collection', <a href={href('discover', { collection: id, index: collection.IndexName })}>{id}</a>),
            pair('Index', collection.IndexName),
            pair('Endpoint', collection.CollectionEndpoint),
            pair('Buffer', bufferText(collection.BufferingHints)),
            pair('Tries again for', `${collection.RetryOptions?.DurationInSeconds ?? 0} s`),
            pair('To the backup', collection.S3BackupMode === 'AllDocuments' ? 'all documents' : 'failed documents'),
            pair('As role', collection.RoleARN && nameInArn(collection.RoleARN)),
            pair('Log', logWords(collection.CloudWatchLoggingOptions)),
          ]}
        />
      )}
      {bucket && <Part title={collection ? 'Backup bucket' : 'Bucket'} items={bucketPairs(bucket)} />}
    </SpaceBetween>
  );
}

// The documents in one object of the backup: look at them, choose some, send them once more.
import { useCollection } from '@cloudscape-design/collection-hooks';
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Pagination from '@cloudscape-design/components/pagination';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useCallback, useState } from 'react';

import { aws } from '../../api/client';
import { useLive } from '../../api/live';
import { ErrorNotice } from '../../app/ErrorNotice';
import { countText, timeText } from '../../app/format';
import { JsonText } from '../../app/JsonText';
import { href, navigate } from '../../app/router';
import { Empty, Loading } from '../../app/States';
import { collectionTargetOf, nameInArn, sourceOf } from '../pipeline/map';
import type { Delivery } from '../pipeline/descriptions';
import './delivery.css';
import { readFailedDocuments, type FailedDocument, type FailedPlace } from './failedDocuments';
import { redrive, type Outcome, type Way } from './redrive';

type Outcomes = ReadonlyMap<number, Outcome>;

function OutcomeOf({ outcome }: { outcome?: Outcome }) {
  if (outcome === undefined) return <span className="quiet">–</span>;
  return (
    <StatusIndicator type={outcome.done ? 'success' : 'error'}>
      <span className="redrive-words" data-testid="redrive-outcome">{outcome.done ? 'Re-driven' : 'Refused'}: {outcome.words}</span>
    </StatusIndicator>
  );
}

function columnsOf(outcomes: Outcomes, look: (document: FailedDocument) => void) {
  return [
    {
      id: 'line', header: 'Line', minWidth: 60, isRowHeader: true, sortingField: 'line',
      cell: (document: FailedDocument) => (
        <Link onFollow={() => look(document)} ariaLabel={`Look at the document of line ${document.line}`}>
          {document.line}
        </Link>
      ),
    },
    {
      id: 'outcome', header: 'Re-drive', minWidth: 150,
      cell: ({ line }: FailedDocument) => <OutcomeOf outcome={outcomes.get(line)} />,
    },
    {
      id: 'reason', header: 'Failed because', minWidth: 260, sortingField: 'reason',
      cell: ({ code, reason }: FailedDocument) => <><b>{code}</b> {reason}</>,
    },
    {
      id: 'document', header: 'Document', minWidth: 220,
      cell: ({ decoded }: FailedDocument) => <code className="record">{decoded.text.replace(/\s+/g, ' ').slice(0, 140)}</code>,
    },
    { id: 'attempts', header: 'Attempts', minWidth: 100, sortingField: 'attempts', cell: ({ attempts }: FailedDocument) => countText(attempts) },
    {
      id: 'arrived', header: 'Arrived', minWidth: 170, sortingField: 'arrivedMs',
      cell: ({ arrivedMs }: FailedDocument) => timeText(arrivedMs === undefined ? undefined : arrivedMs / 1000),
    },
  ];
}

// After every document found its way, the object has done its duty.
function Finished({ place, objectKey, back }: { place: FailedPlace; objectKey: string; back: () => void }) {
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const remove = () => {
    setBusy(true);
    aws('s3', 'DeleteObject', { Bucket: place.bucket, Key: objectKey }).then(back, setError).finally(() => setBusy(false));
  };
  return (
    <>
      <Alert
        type="success"
        header="Every document of this object is re-driven"
        action={<Button loading={busy} onClick={remove}>Delete the object</Button>}
      >
        Keep the object, and its documents can be re-driven twice; delete it, and only the destination has them.
      </Alert>
      {error !== undefined && <ErrorNotice error={error} what="Deleting the object" />}
    </>
  );
}

function Looked({ document, close }: { document: FailedDocument; close: () => void }) {
  return (
    <aside aria-label="Document">
      <SpaceBetween size="s">
        <Header variant="h3" actions={<Button variant="icon" iconName="close" ariaLabel="Close the document" onClick={close} />}>
          Line {document.line}
        </Header>
        <JsonText value={document.decoded.text} label={`document of line ${document.line}`} />
        <span className="quiet wrap-anywhere">
          For index {document.index || 'of the destination'}
          {document.documentId && `, as ${document.documentId}`}. {document.code} {document.reason}
        </span>
      </SpaceBetween>
    </aside>
  );
}

interface Props {
  delivery: Delivery;
  place: FailedPlace;
  objectKey: string;
}

function useRedrive(delivery: Delivery) {
  const [outcomes, setOutcomes] = useState<Outcomes>(new Map());
  const [busy, setBusy] = useState(false);
  const send = async (documents: readonly FailedDocument[], way: Way) => {
    setBusy(true);
    const told = (line: number, outcome: Outcome) => setOutcomes((old) => new Map(old).set(line, outcome));
    await redrive(delivery, [...documents], way, told).finally(() => setBusy(false));
  };
  return { outcomes, busy, send };
}

function Documents({ delivery, place, objectKey, documents }: Props & { documents: FailedDocument[] }) {
  const [way, setWay] = useState<Way>('index');
  const [looked, look] = useState<FailedDocument>();
  const { outcomes, busy, send } = useRedrive(delivery);
  const collection = useCollection(documents, {
    filtering: {
      filteringFunction: ({ code, reason, decoded }, typed) =>
        `${code} ${reason} ${decoded.text}`.toLowerCase().includes(typed.toLowerCase()),
      noMatch: <Empty title="Nothing matches." />,
      empty: <Empty title="The object holds no documents." />,
    },
    pagination: { pageSize: 50 },
    sorting: {},
    selection: { keepSelection: true, trackBy: ({ line }) => String(line) },
  });
  const chosen = collection.collectionProps.selectedItems ?? [];
  const stream = sourceOf(delivery);
  const back = () => navigate(href(['delivery', delivery.DeliveryStreamName], { tab: 'failed' }));
  // What has arrived is not sent again, however it stays chosen.
  const waiting = chosen.filter(({ line }) => !outcomes.get(line)?.done);
  const finished = documents.length > 0 && documents.every(({ line }) => outcomes.get(line)?.done);
  return (
    <SpaceBetween size="m">
      {finished && <Finished place={place} objectKey={objectKey} back={back} />}
      <div className="beside">
        <Table
          {...collection.collectionProps}
          variant="container"
          contentDensity="compact"
          wrapLines
          cellVerticalAlign="top"
          selectionType="multi"
          items={collection.items}
          columnDefinitions={columnsOf(outcomes, look)}
          ariaLabels={{
            tableLabel: 'Failed documents',
            selectionGroupLabel: 'Choose documents',
            allItemsSelectionLabel: () => 'Choose all on this page',
            itemSelectionLabel: (_, { line }) => `Choose the document of line ${line}`,
          }}
          header={
            <Header
              variant="h2"
              counter={`(${chosen.length > 0 ? `${countText(chosen.length)}/` : ''}${countText(documents.length)})`}
              description={<span className="wrap-anywhere">{objectKey}</span>}
              actions={
                <SpaceBetween size="xs" direction="horizontal">
                  <Button onClick={back}>Back to the objects</Button>
                  <Button onClick={() => collection.actions.setSelectedItems(documents.filter(({ line }) => !outcomes.get(line)?.done))}>
                    Choose all
                  </Button>
                  <Button variant="primary" disabled={waiting.length === 0} loading={busy} onClick={() => void send(waiting, way)}>
                    Re-drive{waiting.length > 0 ? ` ${countText(waiting.length)}` : ''}
                  </Button>
                </SpaceBetween>
              }
            >
              Failed documents
            </Header>
          }
          filter={
            <SpaceBetween size="xs">
              <SegmentedControl
                label="Where re-driven documents go"
                selectedId={way}
                options={[
                  { id: 'index', text: `Straight to index ${collectionTargetOf(delivery)?.IndexName}` },
                  { id: 'source', text: stream ? `Into stream ${nameInArn(stream)} again` : 'Into the delivery stream again' },
                ]}
                onChange={({ detail }) => setWay(detail.selectedId as Way)}
              />
              <TextFilter
                {...collection.filterProps}
                filteringPlaceholder="Filter"
                filteringAriaLabel="Filter failed documents"
                countText={`${countText(collection.filteredItemsCount)} found`}
              />
            </SpaceBetween>
          }
          pagination={documents.length > 50 && <Pagination {...collection.paginationProps} />}
        />
        {looked && <Looked document={looked} close={() => look(undefined)} />}
      </div>
    </SpaceBetween>
  );
}

export function FailedDocuments(props: Props) {
  const { objectKey, place: { bucket } } = props;
  const load = useCallback(
    async (signal: AbortSignal) => {
      const input = { Bucket: bucket, Key: objectKey };
      const { Body } = await aws<{ Body?: string }>('s3', 'GetObject', input, { signal });
      return readFailedDocuments(Body ?? '');
    },
    [bucket, objectKey],
  );
  const live = useLive(load);
  if (live.error !== undefined) return <ErrorNotice error={live.error} what={`Object ${objectKey}`} retry={live.reload} />;
  if (live.data === undefined) return <Loading what="the documents" />;
  return <Documents {...props} documents={live.data} />;
}

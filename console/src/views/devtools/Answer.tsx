// What came back: status, time, and the body, indented if it is JSON.
import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMemo } from 'react';

import type { RawAnswer } from '../../api/client';
import { ErrorNotice } from '../../app/ErrorNotice';
import { bytesText } from '../../app/format';
import { JsonText } from '../../app/JsonText';
import { Empty, Loading } from '../../app/States';
import { indentJson, type ToolRequest } from './parse';

const kShownMost = 1_000_000; // characters: a browser lays out no more in reasonable time

export interface Run {
  request: ToolRequest;
  answer?: RawAnswer;
  error?: unknown;
  ms?: number;
}

export function Answer({ run }: { run?: Run }) {
  if (run === undefined) {
    return (
      <Container header={<Header variant="h2">Answer</Header>}>
        <Empty title="Nothing was asked yet." hint="Put the caret on a request and press Ctrl+Enter." />
      </Container>
    );
  }
  const { request, answer, error, ms } = run;
  return (
    <Container
      header={
        <Header
          variant="h2"
          info={answer && <Status status={answer.status} />}
          description={
            <span className="wrap-anywhere">
              {request.method} {request.path}
              {answer && ` · ${Math.round(ms ?? 0)} ms · ${bytesText(new Blob([answer.text]).size)}`}
            </span>
          }
        >
          Answer
        </Header>
      }
    >
      {error !== undefined && <ErrorNotice error={error} what="Reaching the collection" />}
      {answer !== undefined && <Body answer={answer} />}
      {answer === undefined && error === undefined && <Loading what="the answer" />}
    </Container>
  );
}

function Status({ status }: { status: number }) {
  return (
    <span data-testid="devtools-status">
      <Badge color={status < 300 ? 'green' : status < 500 ? 'severity-medium' : 'red'}>{status}</Badge>
    </span>
  );
}

function Body({ answer }: { answer: RawAnswer }) {
  const text = useMemo(() => indentJson(answer.text) ?? answer.text, [answer]);
  if (text === '') return <Box color="text-body-secondary">The answer has no body.</Box>;
  return (
    <SpaceBetween size="xs">
      {text.length > kShownMost && (
        <Box color="text-body-secondary">The first {bytesText(kShownMost)} are shown: ask for less to see all.</Box>
      )}
      <JsonText value={text.slice(0, kShownMost)} label="the answer" />
    </SpaceBetween>
  );
}

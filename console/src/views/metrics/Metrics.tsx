// Any metric over time: chosen from what exists, several at once; all of the choice is in the URL.
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMemo } from 'react';

import { useUrlState } from '../../app/router';
import { Empty } from '../../app/States';
import { parseRange, rangeText } from '../discover/time';
import { TimePicker } from '../discover/TimePicker';
import { Browse } from './Browse';
import { Graph } from './Graph';
import { chosenText, parseChosen, periods, periodText, type Chosen } from './query';

const automatic = { value: '', label: 'As fits' };
const periodOptions = [automatic, ...periods.map((each) => ({ value: String(each), label: periodText(each) }))];

export default function Metrics() {
  const [text, setText] = useUrlState('metrics');
  const [rangeState, setRange] = useUrlState('range', '1h');
  const [periodState, setPeriod] = useUrlState('period');
  const chosen = useMemo(() => parseChosen(text), [text]);
  const range = useMemo(() => parseRange(rangeState), [rangeState]);
  const period = Number(periodState) || undefined;
  const change = (next: Chosen[]) => setText(chosenText(next));

  return (
    <SpaceBetween size="m">
      <Header variant="h1">Metrics</Header>
      <div className="filters">
        <FormField label="Time range">
          <TimePicker range={range} change={(next) => setRange(rangeText(next) ?? 'all')} />
        </FormField>
        <FormField label="Period">
          <Select
            selectedOption={periodOptions.find(({ value }) => value === periodState) ?? automatic}
            options={periodOptions}
            expandToViewport
            onChange={({ detail }) => setPeriod(detail.selectedOption.value || undefined)}
          />
        </FormField>
      </div>
      {chosen.length === 0 ? (
        <Container>
          <Empty title="Nothing is graphed." hint="Add metrics from the list below." />
        </Container>
      ) : (
        <Graph
          chosen={chosen}
          change={change}
          range={range}
          period={period}
          brush={(from, to) => setRange(rangeText({ kind: 'between', from, to }))}
        />
      )}
      <Browse chosen={chosen} change={change} />
    </SpaceBetween>
  );
}

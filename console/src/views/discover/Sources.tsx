// Where to look: index pattern, field of time, stretch of time, and how often to look again.
import Autosuggest from '@cloudscape-design/components/autosuggest';
import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import { useState } from 'react';

import { countText } from '../../app/format';
import type { Index } from './documents';
import { isDate, type Field } from './fields';
import type { Range } from './time';
import { TimePicker } from './TimePicker';

interface PatternProps {
  pattern: string;
  indices: Index[];
  loading: boolean;
  choose: (pattern: string) => void;
}

export function IndexPattern({ pattern, indices, loading, choose }: PatternProps) {
  const [draft, setDraft] = useState(pattern);
  const [seen, setSeen] = useState(pattern);
  if (seen !== pattern) {
    setSeen(pattern);
    setDraft(pattern);
  }
  const commit = (value: string) => value.trim() !== '' && value.trim() !== pattern && choose(value.trim());
  const options = indices.map(({ index, documents }) => ({
    value: index,
    description: `${countText(documents)} documents`,
  }));
  return (
    <FormField label="Index pattern">
      <Autosuggest
        value={draft}
        options={options.length > 1 ? [{ value: '*', description: 'all indices' }, ...options] : options}
        placeholder="logs-*"
        ariaLabel="Index pattern"
        clearAriaLabel="Clear the index pattern"
        enteredTextLabel={(value) => `Use “${value}”`}
        statusType={loading ? 'loading' : 'finished'}
        loadingText="Loading indices"
        empty="No index can be listed: type its name."
        virtualScroll={options.length > 100}
        expandToViewport
        onChange={({ detail }) => setDraft(detail.value)}
        onSelect={({ detail }) => commit(detail.value)}
        onBlur={() => commit(draft)}
      />
    </FormField>
  );
}

interface TimeFieldProps {
  fields: Field[];
  timeField?: string;
  choose: (field: string) => void;
}

export function TimeField({ fields, timeField, choose }: TimeFieldProps) {
  const none = { value: '-', label: 'None' };
  const options = [...fields.filter(isDate).map(({ name }) => ({ value: name, label: name })), none];
  return (
    <FormField label="Time field">
      <Select
        selectedOption={options.find(({ value }) => value === timeField) ?? none}
        options={options}
        expandToViewport
        onChange={({ detail }) => choose(detail.selectedOption.value ?? '-')}
      />
    </FormField>
  );
}

const refreshes = [0, 5, 10, 30, 60, 300].map((seconds) => ({
  value: String(seconds),
  label: seconds === 0 ? 'Off' : seconds < 60 ? `Every ${seconds} s` : `Every ${seconds / 60} min`,
}));

export function TimeChoice({ range, change }: { range: Range; change: (range: Range) => void }) {
  return (
    <FormField label="Time range">
      <TimePicker range={range} change={change} />
    </FormField>
  );
}

export function Refresh({ seconds, change }: { seconds: number; change: (seconds: number) => void }) {
  const value = String(seconds);
  return (
    <FormField label="Refresh">
      <Select
        selectedOption={refreshes.find((each) => each.value === value) ?? { value, label: `Every ${value} s` }}
        options={refreshes}
        expandToViewport
        onChange={({ detail }) => change(Number(detail.selectedOption.value))}
      />
    </FormField>
  );
}

// The fields of the index pattern: type, the most frequent values among what was found, and what to do with each.
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Icon from '@cloudscape-design/components/icon';
import Input from '@cloudscape-design/components/input';
import Spinner from '@cloudscape-design/components/spinner';
import { useCallback, useState } from 'react';

import { useLive } from '../../api/live';
import { ErrorNotice } from '../../app/ErrorNotice';
import { countText } from '../../app/format';
import { loadTopValues } from './documents';
import { FilterButtons } from './FilterButtons';
import type { Field } from './fields';
import type { Asked } from './request';
import type { Filter } from './state';
import type { Range } from './time';

const kAtOnce = 100;

export interface Searched {
  collection: string;
  asked: Asked;
  range: Range;
}

interface Props extends Searched {
  fields: Field[];
  columns: string[];
  toggleColumn: (field: string) => void;
  filter: (filter: Filter) => void;
}

export function FieldList({ fields, columns, toggleColumn, filter, ...searched }: Props) {
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState('');
  const [most, setMost] = useState(kAtOnce);
  const wanted = typed.trim().toLowerCase();
  const found = fields.filter(({ name }) => name.toLowerCase().includes(wanted));
  const shown = found.slice(0, most);
  return (
    <>
      <Input
        type="search"
        ariaLabel="Find a field by name"
        clearAriaLabel="Clear"
        placeholder={`Find one of ${countText(fields.length)} fields`}
        value={typed}
        onChange={({ detail }) => setTyped(detail.value)}
        spellcheck={false}
      />
      {shown.length === 0 && (
        <Box padding="s" color="text-body-secondary">
          {fields.length === 0 ? 'There are no fields.' : 'No field has such a name.'}
        </Box>
      )}
      <ul className="field-list">
        {shown.map((field) => (
          <li key={field.name} data-testid={`field-${field.name}`}>
            <div className="field-row">
              <button
                type="button"
                className="field-name"
                aria-expanded={open === field.name}
                title={field.name}
                onClick={() => setOpen(open === field.name ? '' : field.name)}
              >
                <span>{field.name}</span>
                <small>{field.type}</small>
              </button>
              <button
                type="button"
                className="small-button"
                aria-label={`Column ${field.name}`}
                title={columns.includes(field.name) ? 'Remove the column' : 'Show as a column'}
                aria-pressed={columns.includes(field.name)}
                onClick={() => toggleColumn(field.name)}
              >
                <Icon name={columns.includes(field.name) ? 'check' : 'view-vertical'} size="small" />
              </button>
            </div>
            {open === field.name && <Values {...searched} field={field} filter={filter} />}
          </li>
        ))}
      </ul>
      {found.length > most && (
        <Button variant="inline-link" onClick={() => setMost(most + kAtOnce)}>
          Show more of {countText(found.length)} fields
        </Button>
      )}
    </>
  );
}

interface ValuesProps extends Searched {
  field: Field;
  filter: (filter: Filter) => void;
}

function Values({ collection, asked, range, field, filter }: ValuesProps) {
  const load = useCallback(
    (signal: AbortSignal) => loadTopValues(collection, asked, range, field, signal),
    [collection, asked, range, field],
  );
  const { data, error, reload } = useLive(load);
  if (error !== undefined) return <ErrorNotice error={error} what="Counting the values" retry={reload} />;
  if (data === undefined) {
    return (
      <div className="field-values">
        <Spinner /> Counting
      </div>
    );
  }
  const exact = field.exact !== undefined;
  return (
    <div className="field-values">
      {data.values.length === 0 && <span className="quiet">No document has a value that could be shown.</span>}
      <ul>
        {data.values.map(({ value, count }) => (
          <li key={`${typeof value} ${String(value)}`}>
            <span className="value-text" title={String(value)}>
              {value === '' ? '(empty)' : String(value)}
            </span>
            <span className="number" title={`${((100 * count) / Math.max(data.of, 1)).toFixed(1)} %`}>
              {countText(count)}
            </span>
            <FilterButtons field={field.name} value={value} filter={filter} />
            <span className="share" aria-hidden="true">
              <span style={{ width: `${(100 * count) / Math.max(data.of, 1)}%` }} />
            </span>
          </li>
        ))}
      </ul>
      <small className="quiet">
        {exact || data.of === data.having
          ? `of ${countText(data.having)} documents that have it`
          : `in the first ${countText(data.of)} of ${countText(data.having)} documents that have it`}
      </small>
    </div>
  );
}

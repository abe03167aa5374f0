// What narrows the search besides the query: a chip each, to turn, switch off or remove; and the form that adds one.
import Button from '@cloudscape-design/components/button';
import Icon from '@cloudscape-design/components/icon';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import { useState } from 'react';

import { isNumber, type Field, type Leaf } from './fields';
import { filterText, type Filter } from './state';

interface Props {
  filters: Filter[];
  fields: Field[];
  change: (filters: Filter[]) => void;
}

export function Filters({ filters, fields, change }: Props) {
  const [adding, setAdding] = useState(false);
  const replace = (index: number, filter: Filter) => change(filters.with(index, filter));
  return (
    <>
      <div className="chips">
        {filters.length > 0 && (
          <ul className="chips" aria-label="Filters">
            {filters.map((filter, index) => (
              <li key={`${index} ${filterText(filter)}`}>
                <Chip
                  filter={filter}
                  replace={(next) => replace(index, next)}
                  remove={() => change(filters.toSpliced(index, 1))}
                />
              </li>
            ))}
          </ul>
        )}
        <Button variant="inline-link" iconName="add-plus" ariaExpanded={adding} onClick={() => setAdding(!adding)}>
          Add filter
        </Button>
      </div>
      {adding && (
        <NewFilter
          fields={fields}
          add={(filter) => {
            change([...filters, filter]);
            setAdding(false);
          }}
        />
      )}
    </>
  );
}

function Chip({ filter, replace, remove }: { filter: Filter; replace: (filter: Filter) => void; remove: () => void }) {
  const text = filterText(filter);
  const flip = (key: 'negate' | 'disabled') => replace({ ...filter, [key]: !filter[key] });
  return (
    <span className="chip" data-disabled={filter.disabled || undefined} data-negate={filter.negate || undefined}>
      <span className="chip-text" title={text}>
        {text}
      </span>
      <button
        type="button"
        className="small-button"
        aria-label={`Negate filter ${text}`}
        title={filter.negate ? 'Show what matches' : 'Show what does not match'}
        aria-pressed={Boolean(filter.negate)}
        onClick={() => flip('negate')}
      >
        ≠
      </button>
      <button
        type="button"
        className="small-button"
        aria-label={`Disable filter ${text}`}
        title={filter.disabled ? 'Switch on' : 'Switch off'}
        aria-pressed={Boolean(filter.disabled)}
        onClick={() => flip('disabled')}
      >
        <Icon name={filter.disabled ? 'play' : 'pause'} size="small" />
      </button>
      <button type="button" className="small-button" aria-label={`Remove filter ${text}`} title="Remove" onClick={remove}>
        <Icon name="close" size="small" />
      </button>
    </span>
  );
}

const operators = [
  { value: 'is', label: 'is' },
  { value: 'is not', label: 'is not' },
  { value: 'exists', label: 'exists' },
  { value: 'does not exist', label: 'does not exist' },
  { value: 'range', label: 'is between' },
];

// As the field has it: a number stays exact as text if it does not survive being read.
function valueOf(text: string, field: Field | undefined): Leaf {
  if (field === undefined) return text;
  if (field.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return isNumber(field) && String(Number(text)) === text.trim() ? Number(text) : text;
}

function NewFilter({ fields, add }: { fields: Field[]; add: (filter: Filter) => void }) {
  const [name, setName] = useState('');
  const [operator, setOperator] = useState('is');
  const [value, setValue] = useState('');
  const [to, setTo] = useState('');
  const field = fields.find((candidate) => candidate.name === name);
  const complete = name !== '' && (operator.includes('exist') || value !== '' || (operator === 'range' && to !== ''));
  const submit = () => {
    if (!complete) return;
    const negate = operator === 'is not' || operator === 'does not exist' || undefined;
    if (operator.includes('exist')) add({ field: name, kind: 'exists', negate });
    else if (operator === 'range') add({ field: name, kind: 'range', from: value || undefined, to: to || undefined });
    else add({ field: name, kind: 'is', value: valueOf(value, field), negate });
  };
  const onKeyDown = ({ detail }: { detail: { key: string } }) => detail.key === 'Enter' && submit();
  return (
    <div className="filters new-filter">
      <FormField label="Field">
        <Select
          selectedOption={name === '' ? null : { value: name, label: name }}
          options={fields.map((each) => ({ value: each.name, label: each.name, labelTag: each.type }))}
          placeholder="Choose a field"
          empty="There are no fields."
          filteringType="auto"
          filteringAriaLabel="Find a field"
          virtualScroll
          expandToViewport
          onChange={({ detail }) => setName(detail.selectedOption.value ?? '')}
        />
      </FormField>
      <FormField label="Operator">
        <Select
          selectedOption={operators.find((each) => each.value === operator) ?? null}
          options={operators}
          expandToViewport
          onChange={({ detail }) => setOperator(detail.selectedOption.value ?? 'is')}
        />
      </FormField>
      {!operator.includes('exist') && (
        <FormField label={operator === 'range' ? 'From (included)' : 'Value'}>
          <Input value={value} onChange={({ detail }) => setValue(detail.value)} onKeyDown={onKeyDown} spellcheck={false} />
        </FormField>
      )}
      {operator === 'range' && (
        <FormField label="To (not included)">
          <Input value={to} onChange={({ detail }) => setTo(detail.value)} onKeyDown={onKeyDown} spellcheck={false} />
        </FormField>
      )}
      <Button disabled={!complete} onClick={submit}>
        Add this filter
      </Button>
    </div>
  );
}

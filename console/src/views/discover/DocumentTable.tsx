// The documents of a page. A row opens into the whole document; a column's name sorts by it.
import { Fragment, useState } from 'react';

import { DocumentDetail } from './DocumentDetail';
import { flatten, isNumber, type Field } from './fields';
import type { Hit } from './request';
import type { DiscoverState, Filter } from './state';
import { momentText } from './time';

const kTextMost = 500; // characters of a value in a row
const kPairsMost = 40; // fields in a summary

interface Props {
  hits: Hit[];
  fields: Map<string, Field>;
  timeField?: string;
  columns: string[];
  sort: DiscoverState['sort'];
  changeSort: (sort: DiscoverState['sort']) => void;
  toggleColumn: (field: string) => void;
  filter: (filter: Filter) => void;
}

const keyOf = (hit: Hit) => `${hit._index}/${hit._id}`;
const cut = (text: string) => (text.length > kTextMost ? `${text.slice(0, kTextMost)}…` : text);

export function DocumentTable(props: Props) {
  const { hits, timeField, columns, fields } = props;
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const shown = columns.filter((name) => name !== timeField);
  const sort = props.sort ?? (timeField === undefined ? undefined : { field: timeField, descending: true });
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  const heading = (name: string, label = name) => (
    <Heading key={name} label={label} field={fields.get(name)} name={name} sort={sort} change={props.changeSort} />
  );
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <section className="documents-scroll" tabIndex={0} aria-label="Documents">
      <table className="documents" data-testid="discover-table">
        <thead>
          <tr>
            <th className="documents-open">
              <span className="unseen">Whole document</span>
            </th>
            {timeField !== undefined && heading(timeField, 'Time')}
            {shown.length > 0 ? shown.map((name) => heading(name)) : <th scope="col">Document</th>}
          </tr>
        </thead>
        <tbody>
          {hits.map((hit) => (
            <Fragment key={keyOf(hit)}>
              <Row {...{ hit, timeField, fields, toggle }} columns={shown} open={open.has(keyOf(hit))} />
              {open.has(keyOf(hit)) && (
                <tr className="documents-whole">
                  <td colSpan={1 + (timeField === undefined ? 0 : 1) + Math.max(shown.length, 1)}>
                    <DocumentDetail hit={hit} columns={columns} toggleColumn={props.toggleColumn} filter={props.filter} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface HeadingProps {
  label: string;
  name: string;
  field?: Field;
  sort: DiscoverState['sort'];
  change: (sort: DiscoverState['sort']) => void;
}

function Heading({ label, name, field, sort, change }: HeadingProps) {
  const active = sort?.field === name ? sort : undefined;
  if (field?.exact === undefined) return <th scope="col">{label}</th>;
  return (
    <th
      scope="col"
      className={isNumber(field) ? 'number' : undefined}
      aria-sort={active === undefined ? undefined : active.descending ? 'descending' : 'ascending'}
    >
      <button
        type="button"
        className="documents-sort"
        title={`Sort by ${name}`}
        onClick={() => change({ field: name, descending: active === undefined || !active.descending })}
      >
        {label}
        <span aria-hidden="true">{active === undefined ? '' : active.descending ? ' ↓' : ' ↑'}</span>
      </button>
    </th>
  );
}

function cellClass(field: Field | undefined): string {
  if (field?.type === 'text') return 'documents-text';
  return field && isNumber(field) ? 'number' : 'documents-value';
}

interface RowProps {
  hit: Hit;
  fields: Map<string, Field>;
  timeField?: string;
  columns: string[];
  open: boolean;
  toggle: (key: string) => void;
}

function Row({ hit, fields, timeField, columns, open, toggle }: RowProps) {
  const leaves = flatten(hit._source);
  const text = (name: string) => cut((leaves.get(name) ?? []).map((value) => String(value)).join(', '));
  const names = [...leaves.keys()].filter((name) => name !== timeField);
  const times = timeField === undefined ? [] : (hit.fields?.[timeField] ?? []);
  return (
    <tr>
      <td className="documents-open">
        <button
          type="button"
          className="small-button"
          aria-expanded={open}
          aria-label={`Document ${hit._id}`}
          title={open ? 'Close the document' : 'Show the whole document'}
          onClick={() => toggle(keyOf(hit))}
        >
          {open ? '▾' : '▸'}
        </button>
      </td>
      {timeField !== undefined && (
        <td className="documents-time">{times.length === 0 ? '–' : momentText(Number(times[0]))}</td>
      )}
      {columns.map((name) => (
        <td key={name} className={cellClass(fields.get(name))}>
          {text(name) || <span className="quiet">–</span>}
        </td>
      ))}
      {columns.length === 0 && (
        <td>
          <dl className="summary">
            {names.slice(0, kPairsMost).map((name) => (
              <div key={name}>
                <dt>{name}</dt> <dd>{text(name)}</dd>
              </div>
            ))}
          </dl>
        </td>
      )}
    </tr>
  );
}

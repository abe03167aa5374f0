// One document: its fields with what to do with each value, and the JSON as it was put.
import Icon from '@cloudscape-design/components/icon';
import Tabs from '@cloudscape-design/components/tabs';
import { useMemo } from 'react';

import { JsonText } from '../../app/JsonText';
import { FilterButtons } from './FilterButtons';
import { flatten } from './fields';
import type { Hit } from './request';
import type { Filter } from './state';

const kFieldsMost = 500;
const kValuesMost = 20;

interface Props {
  hit: Hit;
  columns: string[];
  toggleColumn: (field: string) => void;
  filter: (filter: Filter) => void;
}

export function DocumentDetail({ hit, columns, toggleColumn, filter }: Props) {
  const leaves = useMemo(() => [...flatten(hit._source)], [hit]);
  const table = (
    <>
      <table className="document-fields" aria-label={`Fields of document ${hit._id}`}>
        <tbody>
          {(['_index', '_id'] as const).map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{hit[name]}</td>
            </tr>
          ))}
          {leaves.slice(0, kFieldsMost).map(([name, values]) => (
            <tr key={name}>
              <th scope="row">
                <button
                  type="button"
                  className="small-button"
                  aria-label={`Column ${name}`}
                  aria-pressed={columns.includes(name)}
                  title={columns.includes(name) ? 'Remove the column' : 'Show as a column'}
                  onClick={() => toggleColumn(name)}
                >
                  <Icon name={columns.includes(name) ? 'check' : 'view-vertical'} size="small" />
                </button>{' '}
                {name}
              </th>
              <td>
                {values.slice(0, kValuesMost).map((value, index) => (
                  // oxlint-disable-next-line react/no-array-index-key -- values of an array may be equal
                  <div key={index} className="document-value">
                    <FilterButtons field={name} value={value} filter={filter} />
                    <span>{String(value)}</span>
                  </div>
                ))}
                {values.length > kValuesMost && <span className="quiet">{values.length - kValuesMost} more in the JSON</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {leaves.length > kFieldsMost && <p className="quiet">The other {leaves.length - kFieldsMost} fields are in the JSON.</p>}
    </>
  );
  return (
    <div>
      <Tabs
        ariaLabel={`Document ${hit._id}`}
        disableContentPaddings
        tabs={[
          { id: 'fields', label: 'Fields', content: table },
          { id: 'json', label: 'JSON', content: <JsonText value={hit._source ?? {}} label={`document ${hit._id}`} /> },
        ]}
      />
    </div>
  );
}

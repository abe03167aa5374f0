// + and −: only documents with this value, or only those without.
import type { Leaf } from './fields';
import type { Filter } from './state';

interface Props {
  field: string;
  value: Leaf;
  filter: (filter: Filter) => void;
}

export function FilterButtons({ field, value, filter }: Props) {
  const one = (negate: boolean): Filter =>
    value === null ? { field, kind: 'exists', negate: !negate } : { field, kind: 'is', value, ...(negate && { negate }) };
  const shown = value === null ? 'null' : String(value).slice(0, 200);
  return (
    <span className="filter-buttons">
      <button
        type="button"
        className="small-button"
        aria-label={`Filter for ${field} ${shown}`}
        title="Only these"
        onClick={() => filter(one(false))}
      >
        +
      </button>
      <button
        type="button"
        className="small-button"
        aria-label={`Filter out ${field} ${shown}`}
        title="All but these"
        onClick={() => filter(one(true))}
      >
        −
      </button>
    </span>
  );
}

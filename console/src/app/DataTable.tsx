// A list as a table: filtered by what is typed, sorted by a click, 50 rows a page.
import { useCollection } from '@cloudscape-design/collection-hooks';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useEffect, useRef, type ReactNode } from 'react';

import { ErrorNotice } from './ErrorNotice';
import { countText } from './format';
import { Empty } from './States';

export interface Column<Item> {
  id: string;
  header: string;
  value: (item: Item) => string | number; // what it is sorted and found by
  cell?: (item: Item) => ReactNode; // how it is shown, if not as that
  number?: boolean;
  minWidth?: number;
  unsorted?: boolean;
}

interface Props<Item> {
  title: string;
  items: readonly Item[];
  columns: Column<Item>[];
  keyOf: (item: Item) => string;
  loading?: boolean;
  error?: unknown; // why they could not be loaded (again)
  retry?: () => void;
  description?: ReactNode;
  actions?: ReactNode;
  filter?: ReactNode | false; // instead of the text filter; false: none
  empty: string;
  emptyHint?: ReactNode;
  level?: 'h1' | 'h2' | 'h3';
  pageSize?: number;
  selectedKey?: string;
  rowTestId?: string;
  wrap?: boolean;
  counted?: boolean; // false: there are more than these
}

const text = <Item,>(column: Column<Item>, item: Item) => String(column.value(item));

function cellOf<Item>(column: Column<Item>, item: Item): ReactNode {
  const content = column.cell ? column.cell(item) : text(column, item);
  return column.number ? <div className="number">{content}</div> : content;
}

function comparing<Item>(column: Column<Item>) {
  return (a: Item, b: Item) => {
    const [left, right] = [column.value(a), column.value(b)];
    return typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right));
  };
}

export function DataTable<Item>(props: Props<Item>) {
  const { items, columns, title, keyOf, level = 'h2' } = props;
  const frame = useRef<HTMLDivElement>(null);
  const failed = props.error !== undefined && props.error !== null;
  const notice = failed ? <ErrorNotice error={props.error} what={title} retry={props.retry} /> : undefined;
  const collection = useCollection(items, {
    filtering: {
      filteringFunction: (item, typed) => {
        const wanted = typed.toLowerCase();
        return columns.some((column) => text(column, item).toLowerCase().includes(wanted));
      },
      empty: notice ?? <Empty title={props.empty} hint={props.emptyHint} />,
      noMatch: <Empty title="Nothing matches." />,
    },
    pagination: { pageSize: props.pageSize ?? 50 },
    sorting: {},
  });
  const { filterProps, paginationProps, collectionProps } = collection;
  const pages = paginationProps.pagesCount;
  const shown = collection.items;

  // The design system's rows take no attributes: what tests and the style sheet know a row by is set afterwards.
  useEffect(() => {
    frame.current?.querySelectorAll<HTMLElement>('tbody tr').forEach((row, index) => {
      const item = shown[index];
      if (props.rowTestId && item !== undefined) row.dataset.testid = props.rowTestId;
      else delete row.dataset.testid;
      row.classList.toggle('row-chosen', item !== undefined && props.selectedKey === keyOf(item));
    });
  });

  return (
    <div ref={frame}>
      {items.length > 0 && notice && <div className="table-notice">{notice}</div>}
      <Table
        {...collectionProps}
        variant="container"
        contentDensity="compact"
        items={shown}
        trackBy={keyOf}
        loading={props.loading && items.length === 0}
        loadingText={`Loading ${title.toLowerCase()}`}
        wrapLines={props.wrap}
        cellVerticalAlign={props.wrap ? 'top' : 'middle'}
        ariaLabels={{ tableLabel: title }}
        header={
          <Header
            variant={level}
            counter={items.length > 0 && props.counted !== false ? `(${countText(items.length)})` : undefined}
            description={props.description}
            actions={props.actions}
          >
            {title}
          </Header>
        }
        filter={
          props.filter === undefined ? (
            <TextFilter
              {...filterProps}
              filteringPlaceholder="Filter"
              filteringAriaLabel={`Filter ${title.toLowerCase()}`}
              filteringClearAriaLabel="Clear the filter"
              countText={`${countText(collection.filteredItemsCount)} found`}
            />
          ) : (
            props.filter || undefined
          )
        }
        pagination={
          pages > 1 ? (
            <Pagination
              {...paginationProps}
              ariaLabels={{
                nextPageLabel: 'Next page',
                previousPageLabel: 'Previous page',
                pageLabel: (page) => `Page ${page}`,
                paginationLabel: `Pages of ${title.toLowerCase()}`,
              }}
            />
          ) : undefined
        }
        columnDefinitions={columns.map((column, index) => ({
          id: column.id,
          header: column.number ? <div className="number">{column.header}</div> : column.header,
          cell: (item: Item) => cellOf(column, item),
          minWidth: column.minWidth,
          isRowHeader: index === 0,
          sortingField: column.unsorted ? undefined : column.id,
          sortingComparator: column.unsorted ? undefined : comparing(column),
        }))}
      />
    </div>
  );
}

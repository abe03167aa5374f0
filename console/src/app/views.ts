// The views: a row each. Every view is a folder of src/views and comes over the wire when it is first looked at.
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

export interface View {
  path: string; // first part of the route, and the folder's name
  title: string;
  section: 'Data' | 'Pipeline' | 'Operate';
  inCollection: boolean; // also shown at a collection's own dashboards address
  component: LazyExoticComponent<ComponentType>;
}

export const views: View[] = [
  row('Pipeline', 'pipeline', 'Pipeline', false, () => import('../views/pipeline/Pipeline')),
  row('Pipeline', 'streams', 'Streams', false, () => import('../views/streams/Streams')),
  row('Pipeline', 'delivery', 'Delivery', false, () => import('../views/delivery/Delivery')),
  row('Data', 'discover', 'Discover', true, () => import('../views/discover/Discover')),
  row('Data', 'devtools', 'Dev Tools', true, () => import('../views/devtools/DevTools')),
  row('Data', 'collections', 'Collections', false, () => import('../views/collections/Collections')),
  row('Data', 'buckets', 'Buckets', false, () => import('../views/buckets/Buckets')),
  row('Operate', 'access', 'Access', false, () => import('../views/access/Access')),
  row('Operate', 'stacks', 'Stacks', false, () => import('../views/stacks/Stacks')),
  row('Operate', 'functions', 'Functions', false, () => import('../views/functions/Functions')),
  row('Operate', 'logs', 'Logs', false, () => import('../views/logs/Logs')),
  row('Operate', 'metrics', 'Metrics', false, () => import('../views/metrics/Metrics')),
  row('Operate', 'refusals', 'Refusals', false, () => import('../views/refusals/Refusals')),
];

function row(
  section: View['section'],
  path: string,
  title: string,
  inCollection: boolean,
  load: () => Promise<{ default: ComponentType }>,
): View {
  return { path, title, section, inCollection, component: lazy(load) };
}

import { expect, test } from 'vitest';

import { causes, mergeEvents, nameOf, statusKind, type StackEvent } from './stack';
import { createInput, faults } from './template';

const event = (EventId: string, more: Partial<StackEvent> = {}): StackEvent => ({
  EventId,
  Timestamp: 0,
  LogicalResourceId: 'Stream',
  ResourceType: 'AWS::Kinesis::Stream',
  ResourceStatus: 'CREATE_IN_PROGRESS',
  ...more,
});

test('new events go on top, each once', () => {
  const known = [event('2'), event('1')];
  const merged = mergeEvents(known, [event('4'), event('3'), event('2'), event('1')]);
  expect(merged.map(({ EventId }) => EventId)).toEqual(['4', '3', '2', '1']);
  expect(mergeEvents(known, [event('2')])).toBe(known); // nothing new: nothing to draw
});

test('the cause of a failure is what failed first, not what was cancelled or contains it', () => {
  const failed = (id: string, reason: string, physical: string) =>
    event(id, { ResourceStatus: 'CREATE_FAILED', ResourceStatusReason: reason, PhysicalResourceId: physical });
  const events = [
    failed('4', 'The following resource(s) failed to create: [B]', 'arn:stack'),
    failed('3', 'Resource creation cancelled', ''),
    failed('2', 'already exists', 'b'),
    event('1'),
  ];
  expect(causes(events, 'arn:stack').map(({ EventId }) => EventId)).toEqual(['2']);
});

test('a status is shown as what it means', () => {
  expect(statusKind('UPDATE_ROLLBACK_IN_PROGRESS')).toBe('in-progress');
  expect(statusKind('ROLLBACK_COMPLETE')).toBe('error');
  expect(statusKind('CREATE_COMPLETE')).toBe('success');
  expect(statusKind('DELETE_COMPLETE')).toBe('stopped');
  expect(nameOf('arn:aws:cloudformation:eu-west-1:000000000000:stack/prices/5f0c')).toBe('prices');
});

test('what a template asks for must be answered', () => {
  const summary = {
    Parameters: [
      { ParameterKey: 'Bucket' },
      { ParameterKey: 'Shards', ParameterType: 'Number', DefaultValue: '1' },
    ],
    Capabilities: ['CAPABILITY_NAMED_IAM'],
  };
  const answers = { name: '1x', values: { Shards: 'two' }, acknowledged: [], keepOnFailure: false };
  expect(Object.keys(faults(summary, answers))).toEqual([
    'name',
    'parameter:Bucket',
    'parameter:Shards',
    'capability:CAPABILITY_NAMED_IAM',
  ]);
  const good = { name: 'x', values: { Bucket: 'b' }, acknowledged: ['CAPABILITY_NAMED_IAM'], keepOnFailure: true };
  expect(faults(summary, good)).toEqual({});
  expect(createInput({ TemplateURL: 'https://t' }, good)).toEqual({
    TemplateURL: 'https://t',
    StackName: 'x',
    Parameters: [{ ParameterKey: 'Bucket', ParameterValue: 'b' }],
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    DisableRollback: true,
  });
});

import { expect, test } from 'vitest';

import { toApiError } from './error';

test('AWS and OpenSearch say it differently; both are read', () => {
  const aws = toApiError(400, '{"code":"AccessDeniedException","message":"User: x is not authorized"}');
  expect([aws.code, aws.message, aws.refused]).toEqual(['AccessDeniedException', 'User: x is not authorized', true]);
  const search = toApiError(404, '{"error":{"type":"index_not_found_exception","reason":"no such index [x]"},"status":404}');
  expect([search.code, search.message, search.refused]).toEqual(['index_not_found_exception', 'no such index [x]', false]);
  const network = toApiError(401, '{"status":401,"error":{"reason":"401 Unauthorized","type":"Unauthorized"}}');
  expect([network.refused, network.message]).toEqual([true, '401 Unauthorized']);
  expect(toApiError(502, '<html>').message).toBe('<html>');
});

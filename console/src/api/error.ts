// What a call to the server ends in when it does not succeed: AWS's code and words, and the HTTP status.
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  // Refused, as opposed to wrong or failed: what the page shows with its reason.
  get refused(): boolean {
    return this.status === 403 || this.code.startsWith('AccessDenied') || this.code.startsWith('Unauthorized');
  }
}

export function toApiError(status: number, text: string, retryAfter?: string | null): ApiError {
  let code = `HTTP ${status}`;
  let message = text.slice(0, 500) || 'The server gave no reason.';
  try {
    const body = JSON.parse(text);
    if (typeof body.code === 'string') code = body.code;
    if (typeof body.message === 'string') message = body.message;
    // The data plane answers in OpenSearch's form.
    if (body.error !== undefined) {
      code = body.error.type ?? code;
      message = body.error.root_cause?.[0]?.reason ?? body.error.reason ?? message;
      if (typeof body.error === 'string') message = body.error;
    }
  } catch {
    // Not JSON: the text itself is all that there is to show.
  }
  return new ApiError(code, message, status, retryAfter ? Number(retryAfter) : undefined);
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

// Data that is loaded when a view appears and, if asked, again and again while somebody looks at it.
import { useCallback, useEffect, useRef, useState } from 'react';
import { isAbort } from './error';

export interface Live<Data> {
  data: Data | undefined; // the last that came, also while newer data is loaded or an error stands
  error: unknown;
  loading: boolean;
  reload: () => void;
}

// `load` must be stable (useCallback): a new one starts anew. `everyMs` 0: once.
export function useLive<Data>(load: (signal: AbortSignal) => Promise<Data>, everyMs = 0): Live<Data> {
  const [state, setState] = useState<{ data?: Data; error?: unknown; loading: boolean }>({ loading: true });
  const [round, setRound] = useState(0);
  const last = useRef(load);

  useEffect(() => {
    const abort = new AbortController();
    let timer: number | undefined;
    const fresh = last.current !== load;
    last.current = load;
    setState((old) => (fresh ? { loading: true } : { ...old, loading: true }));
    const run = async () => {
      // Nobody looks: wait until somebody does.
      if (document.hidden && everyMs > 0) {
        document.addEventListener('visibilitychange', run, { once: true, signal: abort.signal });
        return;
      }
      try {
        const data = await load(abort.signal);
        if (!abort.signal.aborted) setState({ data, loading: false });
      } catch (error) {
        if (abort.signal.aborted || isAbort(error)) return;
        setState((old) => ({ ...old, error, loading: false }));
      }
      if (everyMs > 0 && !abort.signal.aborted) timer = window.setTimeout(run, everyMs);
    };
    void run();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [load, everyMs, round]);

  const reload = useCallback(() => setRound((count) => count + 1), []);
  return { data: state.data, error: state.error, loading: state.loading, reload };
}

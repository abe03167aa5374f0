// One line of a log. What is long, or JSON, opens.
import { memo, useState } from 'react';

import { JsonText } from '../../app/JsonText';
import { momentText } from '../discover/time';
import { parseLine, type LogLine } from './tail';

const kShort = 160;

export const Line = memo(function Line({ line, showStream }: { line: LogLine; showStream: boolean }) {
  const [open, setOpen] = useState(false);
  const { text, document, level } = parseLine(line.message);
  const opens = document !== undefined || text.length > kShort || text.includes('\n');
  const moment = momentText(line.timestamp);
  const head = (
    <>
      <time className="log-time" dateTime={new Date(line.timestamp).toISOString()}>
        {moment}
      </time>
      <code className={`log-text ${level === undefined ? '' : `log-${level}`}`}>{text}</code>
    </>
  );
  return (
    <li className="log-line" data-testid="log-line">
      {opens ? (
        <button type="button" className="log-head" aria-expanded={open} onClick={() => setOpen(!open)}>
          {head}
        </button>
      ) : (
        <div className="log-head">{head}</div>
      )}
      {open && (
        <div className="log-open">
          {showStream && <div className="quiet wrap-anywhere">{line.logStreamName}</div>}
          <JsonText value={document ?? text} label={`the line of ${moment}`} />
          {document !== undefined && !/^[[{]/.test(text) && <pre className="record">{text}</pre>}
        </div>
      )}
    </li>
  );
});

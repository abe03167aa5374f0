// A text area with line numbers, a mark at the request of the caret, and completion. Tab leaves it, as everywhere.
/* oxlint-disable jsx-a11y/prefer-tag-over-role -- no element is a list beside a text area */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';

import { complete, type Completion, type Known } from './complete';
import type { ToolRequest } from './parse';

const kLineHeight = 20; // px, as in the style sheet
const kPadding = 8;

interface Props {
  text: string;
  change: (text: string) => void;
  current?: ToolRequest;
  moved: (line: number) => void;
  run: () => void;
  known: Known;
}

const lineAt = (text: string, caret: number) => text.slice(0, caret).split('\n').length - 1;

// As if typed, so that it can be undone.
function type(area: HTMLTextAreaElement, from: number, text: string) {
  area.setSelectionRange(from, area.selectionEnd);
  document.execCommand('insertText', false, text);
}

export function Editor({ text, change, current, moved, run, known }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const [scroll, setScroll] = useState({ top: 0, left: 0 });
  const [offered, setOffered] = useState<Completion>();
  const [chosen, setChosen] = useState(0);
  const [caret, setCaret] = useState(0);

  const offer = (element: HTMLTextAreaElement) => {
    setOffered(complete(element.value, element.selectionStart, known));
    setChosen(0);
  };
  const selected = () => {
    const element = area.current;
    if (element === null) return;
    moved(lineAt(element.value, element.selectionStart));
    if (element.selectionStart !== caret) setOffered(undefined);
    setCaret(element.selectionStart);
  };
  const take = (word: string | undefined) => {
    if (area.current === null || offered === undefined || word === undefined) return;
    type(area.current, offered.from, word);
    setOffered(undefined);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const element = event.currentTarget;
    const command = event.ctrlKey || event.metaKey;
    const does = (action: () => void) => {
      event.preventDefault();
      action();
    };
    if (command && event.key === 'Enter') return does(run);
    if (command && event.key === ' ') return does(() => offer(element));
    if (offered !== undefined) {
      const count = offered.words.length;
      if (event.key === 'ArrowDown') return does(() => setChosen((chosen + 1) % count));
      if (event.key === 'ArrowUp') return does(() => setChosen((chosen + count - 1) % count));
      if (event.key === 'Enter' || event.key === 'Tab') return does(() => take(offered.words[chosen]));
      if (event.key === 'Escape') return does(() => setOffered(undefined));
    }
    const caret = element.selectionStart;
    const line = element.value.slice(element.value.lastIndexOf('\n', caret - 1) + 1, caret);
    if ((event.key === '}' || event.key === ']') && /^\s{2,}$/.test(line)) {
      return does(() => type(element, caret - 2, event.key));
    }
    if (event.key !== 'Enter' || event.shiftKey || command) return undefined;
    const indent = (/^\s*/.exec(line)?.[0] ?? '') + (/[{[]\s*$/.test(line) ? '  ' : '');
    return does(() => type(element, caret, `\n${indent}`));
  };

  const lines = text.split('\n').length;
  const numbers = Array.from({ length: lines }, (_, index) => index + 1).join('\n');
  const marked = current && {
    top: kPadding + current.firstLine * kLineHeight - scroll.top,
    height: (current.lastLine - current.firstLine + 1) * kLineHeight,
  };
  return (
    <div className="editor">
      <div className="editor-gutter" aria-hidden="true">
        {marked && <div className="editor-mark" style={marked} />}
        <pre style={{ transform: `translateY(${-scroll.top}px)` }}>{numbers}</pre>
      </div>
      <textarea
        ref={area}
        aria-label="Requests"
        aria-autocomplete="list"
        aria-controls={offered ? listId : undefined}
        aria-activedescendant={offered ? `${listId}-${chosen}` : undefined}
        aria-keyshortcuts="Control+Enter"
        value={text}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        onChange={(event) => {
          change(event.target.value);
          setCaret(event.target.selectionStart);
          moved(lineAt(event.target.value, event.target.selectionStart));
          offer(event.target);
        }}
        onKeyDown={onKeyDown}
        onSelect={selected}
        onBlur={() => setOffered(undefined)}
        onScroll={({ currentTarget }) => setScroll({ top: currentTarget.scrollTop, left: currentTarget.scrollLeft })}
      />
      {offered && (
        <Words id={listId} offered={offered} chosen={chosen} text={text} scroll={scroll} take={take} />
      )}
    </div>
  );
}

interface WordsProps {
  id: string;
  offered: Completion;
  chosen: number;
  text: string;
  scroll: { top: number; left: number };
  take: (word: string) => void;
}

function Words({ id, offered, chosen, text, scroll, take }: WordsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const line = lineAt(text, offered.from);
  const column = offered.from - (text.lastIndexOf('\n', offered.from - 1) + 1);
  const top = kPadding + (line + 1) * kLineHeight - scroll.top;
  return (
    <div
      ref={list}
      id={id}
      role="listbox"
      aria-label="Completions"
      className="editor-words"
      style={{ top, left: `min(calc(${column}ch + 52px - ${scroll.left}px), calc(100% - 180px))` }}
    >
      {offered.words.map((word, index) => (
        <div
          key={word}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          onMouseDown={(event) => {
            event.preventDefault(); // the caret stays where it is
            take(word);
          }}
        >
          {word}
        </div>
      ))}
    </div>
  );
}

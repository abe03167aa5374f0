// A document as text: indented, scrolled when long, copied by a click. Never anything but text.
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

export function JsonText({ value, label }: { value: unknown; label: string }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return (
    <div className="document">
      <div className="document-copy">
        <CopyToClipboard
          variant="icon"
          copyButtonAriaLabel={`Copy ${label}`}
          copySuccessText="Copied"
          copyErrorText="Copying failed"
          textToCopy={text}
        />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <section className="document-text" tabIndex={0} aria-label={label}>
        <pre className="record">{text}</pre>
      </section>
    </div>
  );
}

// The way in: as an IAM user with a password, or with an access key. Nothing typed here is kept in the browser.
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useState, type FormEvent, type ReactNode } from 'react';

import { changePassword, signIn, type Session, type SignInAnswer } from '../api/client';
import { ApiError } from '../api/error';

type Answered = (answer: SignInAnswer) => void;

function words(error: unknown): string {
  if (error instanceof ApiError && error.status === 429) {
    return `Too many attempts. Try again in ${error.retryAfterSeconds ?? 60} seconds.`;
  }
  return error instanceof Error ? error.message : 'Signing in failed.';
}

// A form that sends once at a time and shows why it did not work.
function Sender({ label, send, children }: { label: string; send: () => Promise<void>; children: ReactNode }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    send().catch(setError).finally(() => setBusy(false));
  };
  return (
    <form onSubmit={submit}>
      <Form
        actions={
          <Button variant="primary" loading={busy} formAction="submit">
            {label}
          </Button>
        }
      >
        <SpaceBetween size="m">
          {error !== undefined && (
            <Alert type="error">
              <span data-testid="sign-in-error">{words(error)}</span>
            </Alert>
          )}
          {children}
        </SpaceBetween>
      </Form>
    </form>
  );
}

function Text(props: {
  label: string;
  value: string;
  change: (value: string) => void;
  secret?: boolean;
  autoComplete?: string;
  focus?: boolean;
  optional?: boolean;
}) {
  return (
    <FormField label={props.optional ? <>{props.label} <i>– optional</i></> : props.label}>
      <Input
        value={props.value}
        onChange={({ detail }) => props.change(detail.value)}
        type={props.secret ? 'password' : 'text'}
        autoComplete={props.autoComplete ?? false}
        autoFocus={props.focus}
        spellcheck={false}
      />
    </FormField>
  );
}

interface UserFields {
  account: string;
  userName: string;
  password: string;
}

function UserForm({ fields, change, answered }: { fields: UserFields; change: (f: UserFields) => void; answered: Answered }) {
  return (
    <Sender label="Sign in" send={async () => answered(await signIn(fields))}>
      <Text label="Account" value={fields.account} change={(account) => change({ ...fields, account })} />
      <Text
        label="IAM user name"
        value={fields.userName}
        change={(userName) => change({ ...fields, userName })}
        autoComplete="username"
        focus
      />
      <Text
        label="Password"
        value={fields.password}
        change={(password) => change({ ...fields, password })}
        autoComplete="current-password"
        secret
      />
    </Sender>
  );
}

function KeyForm({ answered }: { answered: Answered }) {
  const [accessKeyId, setAccessKeyId] = useState('');
  const [secretAccessKey, setSecretAccessKey] = useState('');
  const [sessionToken, setSessionToken] = useState('');
  const send = async () =>
    answered(await signIn({ accessKeyId, secretAccessKey, sessionToken: sessionToken === '' ? undefined : sessionToken }));
  return (
    <Sender label="Sign in" send={send}>
      <Text label="Access key ID" value={accessKeyId} change={setAccessKeyId} />
      <Text label="Secret access key" value={secretAccessKey} change={setSecretAccessKey} secret />
      <Text label="Session token" value={sessionToken} change={setSessionToken} secret optional />
    </Sender>
  );
}

function NewPassword({ fields, answered }: { fields: UserFields; answered: Answered }) {
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const send = async () => {
    if (first !== second) throw new ApiError('Mismatch', 'The two passwords differ.', 400);
    const { account, userName, password } = fields;
    answered(await changePassword({ account, userName, oldPassword: password, newPassword: first }));
  };
  return (
    <Sender label="Change password and sign in" send={send}>
      <Alert type="info">{fields.userName} must choose a new password before the first sign-in.</Alert>
      <Text label="New password" value={first} change={setFirst} autoComplete="new-password" secret focus />
      <Text label="New password again" value={second} change={setSecond} autoComplete="new-password" secret />
    </Sender>
  );
}

export function SignIn({ session, signedIn }: { session: Session; signedIn: (session: Session) => void }) {
  const [fields, setFields] = useState({ account: session.defaultAccount, userName: '', password: '' });
  const [mustChange, setMustChange] = useState(false);
  const answered: Answered = (answer) => {
    if ('passwordChangeRequired' in answer) setMustChange(true);
    else signedIn(answer);
  };
  return (
    <main className="sign-in">
      <Container
        header={
          <Header variant="h1" description={session.collection && `Dashboards of collection ${session.collection.name ?? session.collection.id}`}>
            Sign in to Standpipe
          </Header>
        }
      >
        {mustChange ? (
          <NewPassword fields={fields} answered={answered} />
        ) : (
          <Tabs
            ariaLabel="How to sign in"
            tabs={[
              {
                id: 'user',
                label: 'IAM user',
                content: <UserForm fields={fields} change={setFields} answered={answered} />,
              },
              { id: 'key', label: 'Access key', content: <KeyForm answered={answered} /> },
            ]}
          />
        )}
      </Container>
    </main>
  );
}

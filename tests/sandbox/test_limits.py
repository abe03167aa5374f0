"""User code that takes more than it has: it is stopped, tells so as AWS does, and the server and others go on."""
import json
import textwrap
import time
import urllib.request

import pytest

from conftest import Functions, host_processes


def healthy(server):
    with urllib.request.urlopen(f'{server.url}/_standpipe/health', timeout=5) as answer:
        return json.load(answer)['status'] == 'running'


def test_memory(functions, server):
    answer, error = functions.run(functions.make(MemorySize=128), '''
        hoard = []
        while True:
            hoard.append(bytearray(b'x' * 5_000_000))
    ''')
    assert error == 'Unhandled' and answer['errorType'] == 'Runtime.ExitError'
    assert answer['errorMessage'].endswith('Error: Runtime exited with error: signal: killed')
    assert healthy(server)


def test_memory_of_children_counts(functions):
    answer, error = functions.run(functions.make(MemorySize=128), '''
        import subprocess, sys
        children = [subprocess.Popen([sys.executable, '-c', 'x = bytearray(b"x" * 60_000_000); import time; time.sleep(60)'])
                    for _ in range(4)]
        for child in children: child.wait()
    ''')
    assert error == 'Unhandled' and answer['errorType'] == 'Runtime.ExitError'


def test_fork_bomb(functions, server):
    name = functions.make(MemorySize=1024, Timeout=5)
    begun = time.time()
    functions.run(name, '''
        import os, time
        made = 0
        while True:
            try:
                if os.fork() == 0:
                    while True:
                        try: os.fork()
                        except OSError: time.sleep(0.01)
                made += 1
            except OSError:
                time.sleep(0.01)
    ''')
    assert time.time() - begun < 30 and healthy(server)
    assert functions.run(functions.make(), 'result = 1') == (1, None)


def test_number_of_processes(functions):
    answer, error = functions.run(functions.make(MemorySize=2048, Timeout=60), '''
        import os, signal, time
        children = []
        try:
            while len(children) < 3000:
                pid = os.fork()
                if pid == 0:
                    time.sleep(60); os._exit(0)
                children.append(pid)
        except OSError as error:
            result = [len(children), error.strerror]
        for pid in children: os.kill(pid, signal.SIGKILL)
    ''')
    if error:  # without control groups shared pages count once a process, and the memory limit comes first
        assert 'signal: killed' in answer['errorMessage'], answer
    else:
        assert 900 <= answer[0] <= 1024 and answer[1] == 'Resource temporarily unavailable'


def test_open_files(probe):
    assert probe('''
        files = []
        try:
            while True: files.append(open('/dev/null'))
        except OSError as error:
            result = [len(files) < 1024, error.strerror]
        for file in files: file.close()
    ''') == [True, 'Too many open files']


def test_size_of_tmp(functions):
    answer, error = functions.run(functions.make(MemorySize=128, EphemeralStorage={'Size': 512}), '''
        written = 0
        try:
            with open('/tmp/big', 'wb', buffering=0) as file:
                while True: written += file.write(b'x' * 1_000_000)
        except OSError as error:
            result = [written, error.strerror]
    ''')
    assert error is None, answer  # what is in /tmp is not the function's memory
    assert abs(answer[0] - (512 << 20)) < 2_000_000 and answer[1] == 'No space left on device'


def test_timeout_ends_all_children(functions):
    name = functions.make(Timeout=1)
    answer, error = functions.run(name, '''
        import os, signal, subprocess, time
        subprocess.Popen(['sleep', '98765.25'], start_new_session=True)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    ''')
    assert error == 'Unhandled' and answer['errorType'] == 'Sandbox.Timedout'
    assert answer['errorMessage'].endswith('Error: Task timed out after 1.00 seconds')
    end = time.time() + 5
    while host_processes('98765.25') and time.time() < end:
        time.sleep(0.05)
    assert host_processes('98765.25') == []


def test_stopping_the_parent_does_not_help(functions):
    answer, error = functions.run(functions.make(Timeout=1), '''
        import os, signal, time
        attempt(lambda: os.kill(1, signal.SIGSTOP))
        attempt(lambda: os.kill(os.getpid(), signal.SIGSTOP))
        time.sleep(600)
    ''')
    assert error == 'Unhandled' and answer['errorType'] == 'Sandbox.Timedout'


def test_nothing_runs_between_invocations(functions):
    name = functions.make()
    code = textwrap.dedent('''
        import threading, time, __main__
        if not hasattr(__main__, 'ticks'):
            __main__.ticks = []
            def tick():
                while True:
                    __main__.ticks.append(time.time()); time.sleep(0.01)
            threading.Thread(target=tick, daemon=True).start()
            time.sleep(0.1)
        gaps = [b - a for a, b in zip(__main__.ticks, __main__.ticks[1:])]
        result = max(gaps + [0])
    ''')
    functions.run(name, code)
    time.sleep(1.0)
    gap, error = functions.run(name, 'import time; time.sleep(0.1)\n' + code)
    assert error is None and gap > 0.7, gap


def test_long_answers(functions):
    name = functions.make(MemorySize=512)
    answer, error = functions.run(name, 'result = "x" * (6 * 1024 * 1024 - 100)')
    assert error is None and len(answer) == 6 * 1024 * 1024 - 100
    answer, error = functions.run(name, 'result = "x" * (6 * 1024 * 1024 + 200)')
    assert error == 'Unhandled' and answer['errorType'] == 'Function.ResponseSizeTooLarge'


def test_exit_in_the_middle_and_in_the_beginning(functions):
    answer, error = functions.run(functions.make(), 'import os; os._exit(127)')
    assert error == 'Unhandled' and answer['errorType'] == 'Runtime.ExitError'
    assert answer['errorMessage'].endswith('Error: Runtime exited with error: exit status 127')
    answer, error = functions.run(functions.make(), 'import os; os._exit(0)')
    assert answer['errorMessage'].endswith('Error: Runtime exited without providing a reason')
    answer, error = functions.invoke(functions.make({'main.py': 'import os\nos._exit(3)\n'}))
    assert error == 'Unhandled' and answer['errorMessage'].endswith('exit status 3')


def test_flood_of_output(functions, server):
    begun = time.time()
    answer, error = functions.run(functions.make(Timeout=5), '''
        import time
        end = time.time() + 2
        while time.time() < end: print('x' * 1000)
        result = 'ended'
    ''')
    assert answer == 'ended' or error == 'Unhandled'
    assert time.time() - begun < 20 and healthy(server)


def test_no_core_files(functions):
    answer, error = functions.run(functions.make(), '''
        import os, signal
        os.chdir('/tmp')
        pid = os.fork()
        if pid == 0: os.kill(os.getpid(), signal.SIGSEGV)
        os.waitpid(pid, 0)
        result = os.listdir('/tmp')
    ''')
    assert (answer, error) == ([], None)


def test_own_bootstrap(functions):
    loop = '''#!/bin/sh
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while true; do
  body=$(curl -sS -D /tmp/head "$api/next") || exit 1
  id=$(grep -i lambda-runtime-aws-request-id /tmp/head | tr -d '\\r' | cut -d' ' -f2)
  curl -sS -o /dev/null -d "{\\"got\\": $body}" "$api/$id/response"
done
'''
    name = functions.make({'bootstrap': loop}, runtime='provided.al2023', handler='any')
    assert functions.invoke(name, {'a': 1}) == ({'got': {'a': 1}}, None)
    assert functions.invoke(name, {'a': 2}) == ({'got': {'a': 2}}, None)


def test_killing_the_server_kills_its_sandboxes(start_server):
    server = start_server()
    functions = Functions(server)
    functions.run(functions.make(), "import subprocess; subprocess.Popen(['sleep', '87654.25']); result = 1")
    assert host_processes('87654.25')
    server.kill()
    end = time.time() + 5
    while host_processes('87654.25') and time.time() < end:
        time.sleep(0.05)
    assert host_processes('87654.25') == []


def test_a_stopping_server_does_not_wait_for_functions(start_server):
    import threading
    server = start_server()
    functions = Functions(server)
    name = functions.make(Timeout=60)
    functions.run(name, 'result = 1')
    thread = threading.Thread(target=lambda: pytest.raises(Exception, functions.run, name, 'import time; time.sleep(50)'))
    thread.start()
    time.sleep(1)
    begun = time.time()
    assert server.stop() == 0
    assert time.time() - begun < 5
    thread.join()

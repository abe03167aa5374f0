"""What user code may try in order to see or touch more than its own sandbox. Every attempt must fail."""
import json
import zipfile

from conftest import zipped


def test_the_environment_of_the_server_is_not_visible(probe):
    assert probe('result = open("/proc/1/environ").read()') == ''
    assert probe('result = [open(f"/proc/{p}/cmdline").read() for p in __import__("os").listdir("/proc") if p.isdigit()]')[0] \
        .replace('\0', ' ').startswith('bwrap --args')
    assert probe('import os; result = [n for n in os.environ if n.startswith("STANDPIPE")]') == []


def test_only_its_own_processes_exist(probe):
    assert probe('import os; result = len([p for p in os.listdir("/proc") if p.isdigit()])') <= 3


def test_files_of_the_host_are_not_there(probe, server):
    for path in ('/etc/shadow', '/root', '/home', str(server.data), '/sys', '/run', '/boot', '/var/lib'):
        assert probe(f'import os; result = os.path.exists({path!r})') is False, path


def test_only_tmp_can_be_written(probe):
    refused = probe('''
        import os
        result = {}
        for folder in ('/', '/var', '/var/task', '/opt', '/etc', '/usr', '/usr/bin', '/dev', '/var/runtime', '/var/rapid'):
            result[folder] = attempt(lambda: open(folder + '/x', 'w').close())
    ''')
    for folder, error in refused.items():
        assert error and ('Read-only' in error or 'Permission' in error), (folder, error)
    assert probe('open("/tmp/x", "w").write("1"); result = open("/tmp/x").read()') == '1'


def test_it_is_nobody_and_stays_so(probe):
    status = probe('result = dict(l.split(":\\t", 1) for l in open("/proc/self/status").read().splitlines() if ":\\t" in l)')
    assert status['Uid'].split() == ['993'] * 4
    for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
        assert int(status[name], 16) == 0, name
    assert status['NoNewPrivs'] == '1' and status['Seccomp'] == '2'
    assert 'Error' in probe('import os; result = attempt(lambda: os.setuid(0))')
    # set-user-id programs have no effect
    assert probe('''
        import subprocess
        result = subprocess.run(['sh', '-c', 'for p in /usr/bin/su /usr/bin/mount; do [ -u $p ] && $p --version; done; id -u'],
                                capture_output=True, text=True).stdout.split()[-1]
    ''') == '993'


def test_dangerous_system_calls_are_refused(probe):
    answers = probe('''
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        def call(*arguments):
            ctypes.set_errno(0)
            value = libc.syscall(*arguments)
            return os.strerror(ctypes.get_errno()) if value == -1 else 'done: %d' % value
        result = {
            'mount': call(165, b'none', b'/tmp', b'tmpfs', 0, 0), 'umount': call(166, b'/tmp', 0),
            'pivot_root': call(155, b'/', b'/tmp'), 'chroot': call(161, b'/tmp'),
            'unshare user': call(272, 0x10000000), 'unshare net': call(272, 0x40000000),
            'clone user': call(56, 0x10000000 | 17, 0, 0, 0, 0), 'setns': call(308, 0, 0),
            'ptrace': call(101, 16, 1, 0, 0), 'process_vm_readv': call(310, 1, 0, 0, 0, 0, 0),
            'keyctl': call(250, 0, -3, 0), 'add_key': call(248, b'user', b'a', b'b', 1, -3),
            'bpf': call(321, 0, 0, 0), 'perf_event_open': call(298, 0, 0, -1, -1, 0),
            'io_uring_setup': call(425, 8, 0), 'userfaultfd': call(323, 0), 'kexec_load': call(246, 0, 0, 0, 0),
            'open_by_handle_at': call(304, -1, 0, 0), 'settimeofday': call(164, 0, 0), 'reboot': call(169, 0, 0, 0, 0),
            'mknod device': call(133, b'/tmp/dev', 0o60644, 0x0801), 'sethostname': call(170, b'x', 1),
            'init_module': call(175, 0, 0, b''), 'iopl': call(172, 3),
        }
    ''')
    allowed = {name: answer for name, answer in answers.items() if answer.startswith('done')}
    assert not allowed
    assert answers['mount'] == answers['unshare user'] == 'Operation not permitted'
    assert answers['io_uring_setup'] == 'Function not implemented'


def test_terminal_input_cannot_be_forged(probe):
    assert 'Operation not permitted' in probe('''
        import fcntl, os, termios
        master, slave = attempt(os.openpty)
        result = attempt(lambda: fcntl.ioctl(slave, termios.TIOCSTI, b'x'))
    ''')


def test_other_sockets_than_plain_ones_are_refused(probe):
    answers = probe('''
        import socket
        result = {
            'raw': attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)),
            'packet': attempt(lambda: socket.socket(17, socket.SOCK_RAW, 0)),
            'vsock': attempt(lambda: socket.socket(40, socket.SOCK_STREAM)),
            'netlink audit': attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9)),
        }
        result = {name: str(answer) for name, answer in result.items()}
    ''')
    for name, answer in answers.items():
        assert 'Error' in answer and 'socket.socket' not in answer, (name, answer)


def test_no_network_but_ours(probe, server):
    answers = probe(f'''
        import socket
        def reach(host, port):
            try:
                socket.create_connection((host, port), timeout=3).close()
                return True
            except OSError:
                return False
        result = {{
            'server on loopback': reach('127.0.0.1', {server.port}),
            'metadata of the host': reach('169.254.169.254', 80),
            'public address': reach('1.1.1.1', 443),
            'private address': reach('10.0.0.1', 80),
            'public name': reach('example.com', 443),
            'aws': reach('sts.amazonaws.com', 443),
            'runtime api': reach('169.254.100.1', 9001),
        }}
    ''')
    assert answers.pop('aws') and answers.pop('runtime api')
    assert not any(answers.values()), answers


def test_the_proxy_leads_to_public_addresses_only(probe, server):
    answers = probe(f'''
        import socket
        def connect(target):
            s = socket.create_connection(('169.254.100.1', 3128), timeout=20)
            s.sendall(f'CONNECT {{target}} HTTP/1.1\\r\\nHost: {{target}}\\r\\n\\r\\n'.encode())
            return s.recv(100).decode().split('\\r\\n')[0].split()[1]
        result = {{t: connect(t) for t in ('127.0.0.1:{server.port}', 'localhost:{server.port}', '[::1]:{server.port}',
                                           '0.0.0.0:{server.port}', '169.254.169.254:80', '10.0.0.1:80', '192.168.0.1:22',
                                           '[::ffff:127.0.0.1]:{server.port}')}}
        result['aws'] = connect('sts.amazonaws.com:443')
    ''')
    assert answers.pop('aws') == '200'
    assert not [target for target, status in answers.items() if status == '200'], answers


def test_abstract_sockets_of_the_host_are_elsewhere(probe):
    import socket
    host = socket.socket(socket.AF_UNIX)
    host.bind('\0standpipe-escape-test')
    host.listen()
    assert 'ConnectionRefused' in probe('''
        import socket
        result = attempt(lambda: socket.socket(socket.AF_UNIX).connect('\\0standpipe-escape-test'))
    ''')


def test_links_in_code_lead_nowhere(functions):
    link = zipfile.ZipInfo('shadow')
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    name = functions.make({'main.py': 'def handler(e, c):\n  return open("/var/task/shadow").read()\n', link: '/etc/shadow'})
    answer, error = functions.invoke(name)
    assert error == 'Unhandled' and answer['errorType'] == 'FileNotFoundError'


def test_archives_that_lead_out_are_refused(functions):
    import botocore.exceptions
    import pytest
    for bad in ('../evil', 'a/../../evil', '/abs'):
        with pytest.raises(botocore.exceptions.ClientError, match='Could not unzip'):
            functions.make({'main.py': '', bad: 'x'})


def test_sandboxes_do_not_see_each_other(functions):
    first, second = functions.make(), functions.make()
    assert functions.run(first, 'open("/tmp/secret", "w").write("mine"); result = 1') == (1, None)
    assert functions.run(second, 'import os; result = os.listdir("/tmp")') == ([], None)
    assert functions.run(first, 'result = open("/tmp/secret").read()') == ('mine', None)
    keys = [functions.run(name, 'import os; result = os.environ["AWS_ACCESS_KEY_ID"]')[0] for name in (first, second)]
    assert keys[0] != keys[1]


def test_an_answer_to_another_request_is_refused(probe):
    assert probe('''
        import http.client
        def post(path, body):
            c = http.client.HTTPConnection('169.254.100.1:9001')
            c.request('POST', '/2018-06-01/runtime/' + path, body)
            return c.getresponse().status
        result = [post('invocation/00000000-0000-0000-0000-000000000000/response', '"forged"'), post('init/error', '{}')]
    ''') == [400, 403]


def test_a_second_answer_is_refused(functions):
    name = functions.make()
    answer, error = functions.run(name, '''
        import http.client
        c = http.client.HTTPConnection('169.254.100.1:9001')
        c.request('POST', f'/2018-06-01/runtime/invocation/{context.aws_request_id}/response', '"first"')
        result = c.getresponse().status
    ''')
    assert (answer, error) == ('first', None)


def test_credentials_are_not_in_arguments(probe):
    assert probe('''
        import os
        secret = os.environ['AWS_SECRET_ACCESS_KEY']
        result = [p for p in os.listdir('/proc') if p.isdigit() and secret in open(f'/proc/{p}/cmdline').read()]
    ''') == []


def test_variables_that_change_the_loader_reach_only_the_function(functions):
    name = functions.make(Environment={'Variables': {'LD_PRELOAD': '/tmp/nothing.so', 'PYTHONSTARTUP': '/tmp/x'}})
    answer, error = functions.run(name, 'import os; result = os.environ["LD_PRELOAD"]')
    assert (answer, error) == ('/tmp/nothing.so', None)

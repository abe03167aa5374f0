"""A person at the console: a browser's cookies, token and origin, without the browser."""
import requests


class Visit:
    """One browser at one mount of the console."""

    def __init__(self, server, mount='/_console/'):
        self.server, self.base = server, server.url + mount
        self.http = requests.Session()
        self.http.headers['origin'] = server.url
        self.token = None

    def session(self):
        answer = self.get('session')
        assert answer.status_code == 200, answer.text
        self.token = answer.json()['csrfToken']
        return answer.json()

    def get(self, path, **options):
        return self.http.get(self.base + 'api/' + path, **options)

    def post(self, path, body=None, **options):
        if self.token is None:
            self.session()
        headers = {'x-csrf-token': self.token, **options.pop('headers', {})}
        if 'data' not in options:
            options['json'] = body if body is not None else {}
        return self.http.post(self.base + 'api/' + path, headers=headers, **options)

    def sign_in(self, **proof):
        answer = self.post('sign-in', proof)
        if answer.status_code == 200 and 'csrfToken' in answer.json():
            self.token = answer.json()['csrfToken']
        return answer

    def aws(self, service, operation, body=None, **parameters):
        return self.post(f'aws/{service}/{operation}', body, params=parameters)

    def refusals(self):
        answer = self.get('refusals?limit=500')
        assert answer.status_code == 200, answer.text
        return answer.json()['refusals']


def cookies(answer):
    """What the answer sets: name without port → attributes."""
    found = {}
    for line in answer.raw.headers.getlist('set-cookie'):
        pair, *attributes = line.split('; ')
        found[pair.split('=')[0].rsplit('-', 1)[0]] = attributes
    return found


def with_key(server, account):
    visit = Visit(server)
    assert visit.sign_in(accessKeyId=account, secretAccessKey='test').status_code == 200
    return visit


def with_password(server, account, name, password):
    visit = Visit(server)
    assert visit.sign_in(account=account, userName=name, password=password).status_code == 200
    return visit

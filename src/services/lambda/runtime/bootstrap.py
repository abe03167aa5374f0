"""Starts a Python function: puts the folders of code and layers on the path in the order that functions see on AWS,
then hands over to the official runtime client if it is installed in /var/runtime. Where it is not (there is no build of
it for this interpreter), the client below does the same work with the standard library only."""

import importlib
import json
import logging
import os
import sys
import time
import traceback


def set_path():
    version = "python%d.%d" % sys.version_info[:2]
    own = os.path.dirname(os.path.abspath(__file__))
    rest = [p for p in sys.path if p not in ("", own, "/var/runtime")]
    if os.path.exists("/var/runtime/complete"):
        # The machine's own packages are not the runtime's: what is missing on AWS shall be missing here.
        rest = [p for p in rest if os.path.basename(p) not in ("site-packages", "dist-packages")]
    first = [os.environ.get("LAMBDA_TASK_ROOT", "/var/task"), "/opt/python/lib/%s/site-packages" % version,
             "/opt/python", "/var/runtime"]
    sys.path[:] = first + [p for p in rest if p not in first]


class Failure(Exception):
    """The function cannot be called at all."""

    def __init__(self, kind, message, stack=()):
        Exception.__init__(self, message)
        self.kind, self.stack = kind, list(stack)


def without_our_frames(extracted):
    lines = traceback.format_list([frame for frame in extracted if frame[0] != __file__])
    return [line for line in lines if "importlib" not in line]


def load_handler(name):
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        raise Failure("Runtime.MalformedHandlerName",
                      "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % name)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Failure("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise Failure("Runtime.UserCodeSyntaxError",
                      "Syntax error in module '%s': %s" % (module_name, error), trace)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Failure("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name))


class RuntimeApi(object):
    def __init__(self, address):
        import http.client
        self.http = http.client
        self.address = address
        self.connection = None

    def call(self, method, path, body=None, headers=None):
        # The connection is kept; one that the server has closed meanwhile is made anew, once.
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = self.http.HTTPConnection(self.address)
            try:
                self.connection.request(method, "/2018-06-01/runtime/" + path, body, headers or {})
                response = self.connection.getresponse()
                return response, response.read()
            except (self.http.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise

    def next(self):
        response, body = self.call("GET", "invocation/next")
        if response.status != 200:
            raise SystemExit(1)
        return response.headers, body

    def post(self, path, body, error_type=None):
        headers = {"Content-Type": "application/json"}
        if error_type:
            headers["Lambda-Runtime-Function-Error-Type"] = error_type
        response, answer = self.call("POST", path, body, headers)
        if response.status >= 500:
            raise SystemExit(1)
        if response.status >= 400 and response.status != 413:
            raise RuntimeError(answer.decode("utf-8", "replace"))


class ClientContext(object):
    def __init__(self, text):
        value = json.loads(text)
        self.custom, self.env = value.get("custom"), value.get("env")
        self.client = type("Client", (), value["client"]) if value.get("client") else None


class Identity(object):
    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context(object):
    def __init__(self, headers):
        self.aws_request_id = headers.get("Lambda-Runtime-Aws-Request-Id")
        self.invoked_function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.identity = Identity()
        sent = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = ClientContext(sent) if sent else None
        self._ends_ms = int(headers.get("Lambda-Runtime-Deadline-Ms", "0"))

    def get_remaining_time_in_millis(self):
        return max(self._ends_ms - int(time.time() * 1000), 0)

    def log(self, text):
        sys.stdout.write(str(text))


class RequestIdFilter(logging.Filter):
    request_id = ""

    def filter(self, record):
        record.aws_request_id = RequestIdFilter.request_id
        return True


def set_up_logging():
    logging.Formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(RequestIdFilter())
    logging.getLogger().addHandler(handler)


def plain(value):
    import decimal
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def report(error_type, message, stack, request_id):
    """One event in the log: carriage returns become line feeds there."""
    text = "[ERROR] %s: %s" % (error_type, message)
    if stack:
        text += "\rTraceback (most recent call last):\r" + "\r".join(line.rstrip("\n").replace("\n", "\r") for line in stack)
    sys.stdout.write(text.replace("\n", "\r") + "\n")
    sys.stdout.flush()
    return json.dumps({"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": stack})


def serve_one(api, handler):
    headers, body = api.next()
    context = Context(headers)
    request_id = RequestIdFilter.request_id = context.aws_request_id
    if headers.get("Lambda-Runtime-Trace-Id"):
        os.environ["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"]
    path = "invocation/" + request_id
    kind, stack = None, []
    try:
        try:
            event = json.loads(body.decode("utf-8"))
        except ValueError as error:
            raise Failure("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error)
        result = handler(event, context)
        try:
            answer = json.dumps(result, default=plain)
        except (TypeError, ValueError) as error:
            raise Failure("Runtime.MarshalError", "Unable to marshal response: %s" % error)
    except Failure as failure:
        kind, message = failure.kind, str(failure)
    except Exception as error:  # whatever the function raises is its answer
        kind, message = type(error).__name__, str(error)
        stack = without_our_frames(traceback.extract_tb(sys.exc_info()[2]))
    sys.stdout.flush()
    sys.stderr.flush()
    if kind is None:
        api.post(path + "/response", answer.encode("utf-8"))
    else:
        api.post(path + "/error", report(kind, message, stack, request_id).encode("utf-8"), kind)


def run_own_client():
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    set_up_logging()
    try:
        try:
            handler = load_handler(os.environ["_HANDLER"])
        except Failure:
            raise
        except Exception as error:
            stack = without_our_frames(traceback.extract_tb(sys.exc_info()[2]))
            raise Failure(type(error).__name__, str(error), stack)
    except Failure as failure:
        body = report(failure.kind, str(failure), failure.stack, "")
        api.post("init/error", body.encode("utf-8"), failure.kind)
        sys.exit(1)
    while True:
        serve_one(api, handler)


def main():
    set_path()
    try:
        from awslambdaric.__main__ import main as run_official_client
    except ImportError:
        return run_own_client()
    run_official_client(["awslambdaric", os.environ["_HANDLER"]])


if __name__ == "__main__":
    main()

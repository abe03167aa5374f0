"""Answers CloudFormation on behalf of a custom resource: what inline code may import as `cfnresponse`."""

import json
from urllib.request import Request, urlopen

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
    """PUTs the result to the event's ResponseURL. Proxies and certificates are those of the environment."""
    log_stream = getattr(context, "log_stream_name", "")
    answer = {
        "Status": responseStatus,
        "Reason": reason or "See the details in CloudWatch Log Stream: {}".format(log_stream),
        "PhysicalResourceId": physicalResourceId or log_stream,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    body = json.dumps(answer).encode("utf-8")
    print("Response body:")
    print(body.decode("utf-8"))
    # The presigned URL was signed with an empty content type.
    request = Request(event["ResponseURL"], data=body, method="PUT",
                      headers={"Content-Type": "", "Content-Length": str(len(body))})
    try:
        with urlopen(request, timeout=30) as response:
            print("Status code:", response.status)
    except Exception as error:
        # Like AWS's module: the function itself does not fail; CloudFormation waits for its time-out.
        print("send(..) failed executing http.request(..):", error)

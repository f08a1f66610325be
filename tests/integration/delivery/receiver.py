"""A receiver of notifications that is strict: it takes what Event Grid and CloudEvents say, and notes every fault."""
import base64
import hashlib
import hmac
import http.server
import json
import threading
import time

GRID_FIELDS = {"topic", "subject", "eventType", "eventTime", "id", "data", "dataVersion", "metadataVersion"}


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.at = time.monotonic()
        self.events = []


class Receiver:
    """answer(request) gives a status, (status, headers), "hang" or "close"; by default 200."""

    def __init__(self, mode, port=0, answer=None, agrees=True, key=None, rate=None):
        self.mode, self.answer, self.agrees, self.key, self.rate = mode, answer, agrees, key, rate
        self.lock = threading.Lock()
        self.requests, self.faults, self.taken, self.handshakes = [], [], [], []
        self.agreed = mode in ("topic", "plain")
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def do_POST(self):
                receiver.take(self)

            def do_OPTIONS(self):
                receiver.take(self)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def url(self, path="/hook"):
        return f"http://127.0.0.1:{self.port}{path}"

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    def ids(self):
        with self.lock:
            return [event["id"] for event in self.taken]

    # ------------------------------------------------------------------------------------------------- one request

    def take(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(handler.command, handler.path, headers, body)
        if self.key is not None and handler.command == "POST":
            self.check_signature(request)
        try:
            status, more, text = self.handshake(request) or self.notification(request)
        except (ValueError, KeyError, TypeError) as error:
            self.fault(f"{type(error).__name__}: {error}")
            status, more, text = 400, {}, b""
        if status == "hang":
            time.sleep(45)
        if status in ("hang", "close"):
            handler.close_connection = True
            return
        handler.send_response(status)
        for name, value in more.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def check_signature(self, request):
        signed = b".".join([request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode(),
                            request.body])
        expected = "v1," + base64.b64encode(hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(expected, request.headers.get("webhook-signature", "")):
            self.fault("the signature is wrong")
        if abs(time.time() - int(request.headers["webhook-timestamp"])) > 5:
            self.fault("the time stamp is wrong")

    def handshake(self, request):
        if request.method == "OPTIONS":
            origin = request.headers["webhook-request-origin"]
            with self.lock:
                self.handshakes.append(request)
                self.agreed = self.agrees
            allowed = {"WebHook-Allowed-Origin": origin} if self.agrees else {}
            if self.rate is not None:
                allowed["WebHook-Allowed-Rate"] = str(self.rate)
            return 200, allowed, b""
        if request.headers.get("aeg-event-type") != "SubscriptionValidation":
            return None
        (event,) = json.loads(request.body)
        if set(event) != GRID_FIELDS or event["eventType"] != "Microsoft.EventGrid.SubscriptionValidationEvent":
            self.fault(f"no validation event: {event}")
        with self.lock:
            self.handshakes.append(request)
            self.agreed = self.agrees
        answer = {"validationResponse": event["data"]["validationCode"]} if self.agrees else {"ok": True}
        return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()

    def notification(self, request):
        request.events = getattr(self, "read_" + self.mode)(request)
        if not self.agreed:
            self.fault("a notification before the handshake")
        status = self.answer(request) if self.answer is not None else 200
        status, more = status if isinstance(status, tuple) else (status, {})
        with self.lock:
            self.requests.append(request)
            if status == 200:
                self.taken.extend(request.events)
        return status, more, b""

    # -------------------------------------------------------------------------------------------------- what it holds

    def read_grid(self, request):
        if request.headers["aeg-event-type"] != "Notification":
            self.fault("aeg-event-type")
        if int(request.headers["aeg-delivery-count"]) < 0 or not request.headers["aeg-subscription-name"]:
            self.fault("aeg-delivery-count or aeg-subscription-name")
        events = self.grid_events(request)
        if request.headers["aeg-data-version"] != events[0]["dataVersion"]:
            self.fault("aeg-data-version")
        if request.headers["aeg-metadata-version"] != events[0]["metadataVersion"]:
            self.fault("aeg-metadata-version")
        return events

    def grid_events(self, request):
        if not request.headers["content-type"].startswith("application/json"):
            self.fault("content-type " + request.headers["content-type"])
        events = json.loads(request.body)
        for event in events:
            if set(event) != GRID_FIELDS:
                self.fault(f"fields {sorted(event)}")
        return events

    def read_topic(self, request):
        if request.headers.get("aeg-sas-key") != "topic-key" or "aeg-event-type" in request.headers:
            self.fault("headers of a topic")
        return self.grid_events(request)

    read_plain = grid_events

    def cloud_event(self, event):
        if event["specversion"] != "1.0" or not event["id"] or not event["source"] or not event["type"]:
            self.fault(f"attributes {sorted(event)}")
        return event

    def read_structured(self, request):
        if not request.headers["content-type"].startswith("application/cloudevents+json"):
            self.fault("content-type " + request.headers["content-type"])
        return [self.cloud_event(json.loads(request.body))]

    def read_batched(self, request):
        if not request.headers["content-type"].startswith("application/cloudevents-batch+json"):
            self.fault("content-type " + request.headers["content-type"])
        return [self.cloud_event(event) for event in json.loads(request.body)]

    def read_binary(self, request):
        if request.headers["content-type"] != "application/json":
            self.fault("content-type " + request.headers["content-type"])
        event = {name[3:]: value for name, value in request.headers.items() if name.startswith("ce-")}
        event["data"] = json.loads(request.body)
        return [self.cloud_event(event)]

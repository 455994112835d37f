"""A mail server and an address for webhooks, which keep what they get: sink.py MAIL_PORT HOOK_PORT FOLDER.

FOLDER/mails has the Message-ID of each mail and FOLDER/hooks the Webhook-Id of each call, a line each; FOLDER/mail.N the mails. While FOLDER/away
is there, the mail server says that it is not."""
import email, os, socketserver, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder = sys.argv[3]
lock = threading.Lock()


def keep(name, text):
    with lock, open(os.path.join(folder, name), "a") as f:
        f.write(text + "\n")


class Mail(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write((line + "\r\n").encode())

    def handle(self):
        self.say("220 sink")
        for line in self.rfile:
            verb = line.decode().strip().upper()
            if verb.startswith("EHLO"):
                self.say("250 sink")
            elif verb.startswith("MAIL") and os.path.exists(os.path.join(folder, "away")):
                self.say("451 come again")
            elif verb == "DATA":
                self.say("354 go on")
                self.take()
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        mail = email.message_from_bytes(b"".join(lines))
        text = "\n".join(x.get_payload(decode=True).decode() for x in mail.walk() if not x.is_multipart())
        n = len([x for x in os.listdir(folder) if x.startswith("mail.")])
        keep("mail.%d" % n, "\n".join("%s: %s" % x for x in mail.items()) + "\n" + text)
        keep("mails", " ".join(mail["Message-ID"].split()))


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        keep("hooks", self.headers["Webhook-Id"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


threading.Thread(target=Server(("127.0.0.1", int(sys.argv[1])), Mail).serve_forever, daemon=True).start()
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Hook).serve_forever()

"""What the tests do with python3-caldav on one calendar."""

import sys

import caldav


def value(event, wanted):
    """The value of an event's property."""
    for line in event.data.replace("\r\n", "\n").replace("\n ", "").split("\n"):
        name, _, text = line.partition(":")
        if name == wanted:
            return text


def named(calendar, uid):
    """The event of a UID, not yet loaded."""
    return caldav.Event(client=calendar.client, url=calendar.url.join(uid.split("@")[0] + ".ics"), parent=calendar)


def moved(event, start, end):
    """The text of an event with other times."""
    lines = []
    for line in event.data.replace("\r\n", "\n").split("\n"):
        if line.startswith("DTSTART"):
            line = "DTSTART:" + start
        if line.startswith("DTEND"):
            line = "DTEND:" + end
        lines.append(line)
    return "\r\n".join(lines)


def main(url, user, password, name, action, *rest):
    principal = caldav.DAVClient(url=url, username=user, password=password).principal()
    calendar = next(c for c in principal.calendars() if str(c.url).rstrip("/").endswith("/" + name))
    if action == "list":
        events = calendar.objects_by_sync_token(load_objects=True)
        for event in events:
            print(value(event, "UID"), value(event, "STATUS"))
        print("token", events.sync_token)
    elif action == "since":
        events = calendar.objects_by_sync_token(sync_token=rest[0])
        for event in events:
            print("changed", event.url)
    elif action == "freebusy":
        import datetime

        start = datetime.datetime.fromisoformat(rest[0])
        print(calendar.freebusy_request(start, start + datetime.timedelta(days=14)).data)
    elif action == "move":
        uid, start, end = rest
        event = named(calendar, uid)
        event.load()
        event.data = moved(event, start, end)
        event.save()
        print("moved")
    elif action == "starts":
        for event in calendar.events():
            print(value(event, "UID"), value(event, "DTSTART"))
    elif action == "drag":
        uid, start, end = rest
        event = named(calendar, uid)
        event.load()
        with open("dragged.ics", "w", newline="") as f:
            f.write(moved(event, start, end))
    elif action == "push":
        with open("dragged.ics", newline="") as f:
            event = named(calendar, rest[0])
            event.data = f.read()
            event.save()
            print("moved")
    elif action == "create":
        calendar.save_event(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:made@test\r\nDTSTAMP:20261101T000000Z\r\n"
            "DTSTART:20301201T100000Z\r\nDTEND:20301201T110000Z\r\nSUMMARY:made\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        print("created")


try:
    main(*sys.argv[1:])
except caldav.lib.error.DAVError as refusal:
    print("refused", type(refusal).__name__, refusal.reason)
    sys.exit(3)

package tickets

import (
	"fmt"

	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/testbeds/plain"
)

// The notes answer a change that a user made in a ticket. docs/reference/ticket-texts.md shows each of them.

// noteOpened tells why an old request has a ticket now.
const noteOpened = "A ticket for a request that was made before there were tickets."

// noteFiller is the comment of a transition that requires one, where nothing happened to the request.
const noteFiller = "The ticket is brought in line with its request."

// noteStranger tells a user whose comments reach nobody in Berth.
func (w wording) noteStranger(x subject, login string) string {
	return fmt.Sprintf("%s may not write to %s in Berth: no account there has this login as its mail address, or the account lacks that right. Comments stay here.", shown(login), x.said())
}

// notePutBack refuses a status; ways are the alternatives, as a part of the text.
func (w wording) notePutBack(x subject, login string, at TrackerStatus, why []string, ways string) string {
	return fmt.Sprintf("%s set this ticket to %s. %s stays %s:\n%s\n%s\nThe ticket is put back.", shown(login), at, x.heading(), phrases.Status(x.status()), bulleted(why), ways)
}

// whyUnknown says why a user's change does nothing.
func (w wording) whyUnknown(login string) string {
	return shown(login) + " has no account in Berth that sees the request, so that changes here have no effect"
}

// whyNoStep says why a status asks for nothing.
func (w wording) whyNoStep() []string {
	return []string{"no step of a request leads to this status", w.settings.Statuses.help()}
}

// noteAssignee refuses an assignee.
func (w wording) noteAssignee(login, assignee string, why []string) string {
	return fmt.Sprintf("%s assigned this ticket to %s. Berth does not follow that:\n%s\n\nThe ticket is assigned as before.", shown(login), shown(assignee), bulleted(why))
}

func (w wording) whyNoMentor(assignee string) string {
	return shown(assignee) + " is not a mentor in Berth"
}

// noteDeadline refuses a deadline.
func (w wording) noteDeadline(login string) string {
	return fmt.Sprintf("%s changed the deadline. It follows the slot of the request, which is moved in Berth or in a calendar: it is put back.", shown(login))
}

// noteDuplicate refuses to follow a duplicate.
func (w wording) noteDuplicate(login, why string) string {
	return fmt.Sprintf("%s marked this ticket as a duplicate, and it cannot be followed:\n- %s\n\nThe ticket is put back. To end the request, cancel it (%s).",
		shown(login), why, w.settings.Statuses[scheduler.Cancelled])
}

// whyDuplicate says why a duplicate cannot be followed.
func (w wording) whyDuplicate(fault duplicateFault, key string) string {
	switch fault {
	case duplicateUnseen:
		return fmt.Sprintf("Berth cannot see %s %s", w.about.Ticket, key)
	case duplicateElsewhere:
		return fmt.Sprintf("%s %s is not among the tickets of requests (%s)", w.about.Ticket, key, w.about.Where)
	case duplicateClosed:
		return fmt.Sprintf("%s %s is closed", w.about.Ticket, key)
	default:
		return fmt.Sprintf("%s %s is the ticket of another request", w.about.Ticket, key)
	}
}

// duplicateFault is a reason against following a duplicate.
type duplicateFault int

const (
	duplicateNone duplicateFault = iota
	duplicateUnseen
	duplicateElsewhere
	duplicateClosed
	duplicateTaken
)

// noteFollowed tells that a duplicate is the ticket from now on.
func (w wording) noteFollowed(x subject, login, key string) string {
	return fmt.Sprintf("This is the ticket of %s from now on: %s marked %s %s as its duplicate.", x.said(), shown(login), w.about.Ticket, key)
}

// notePartly tells with which occurrences of a series a step could not be taken.
func (w wording) notePartly(refused int, parts []scheduler.Part) string {
	return fmt.Sprintf("With %d of %s that was not possible:\n%s", refused, plain.Count(len(parts), "occurrence"), bulleted(refusedParts(parts)))
}

// noteAdopted tells that a ticket opened by hand belongs to a request.
func (w wording) noteAdopted(x subject, creator string) string {
	return fmt.Sprintf("This is the ticket of %s from now on: it was opened by %s and names the request.", x.said(), shown(creator))
}

// noteNoSuch refuses to link a ticket opened by hand to a request that its creator does not see.
func (w wording) noteNoSuch(number, creator string) string {
	return fmt.Sprintf("This ticket names request %s of Berth, and cannot be linked to it: %s does not see such a request there.", number, shown(creator))
}

// noteTaken refuses to link a second ticket to a request.
func (w wording) noteTaken(number int64, key, url string) string {
	return fmt.Sprintf("Request #%d has its ticket already, %s %s: %s. What is written here does not reach it.", number, w.about.Ticket, key, url)
}

// noteTakenSeries refuses to link a second ticket to a series.
func (w wording) noteTakenSeries(x subject, number int64, key, url string) string {
	return fmt.Sprintf("Request #%d belongs to %s, which has its ticket already, %s %s: %s. What is written here does not reach it.", number, x.said(), w.about.Ticket, key, url)
}

// noCC says that an experimenter is not in CC for lack of an account.
func (w wording) noCC(r scheduler.Request, login string) string {
	return fmt.Sprintf("%s has no account in %s (%s) and could not be put into CC.", r.Experimenter, w.about.Name, login)
}

// noAssignee says that a mentor is not the assignee for lack of an account.
func (w wording) noAssignee(r scheduler.Request) string {
	return fmt.Sprintf("%s has no account in %s and could not be made the assignee.", r.Mentor, w.about.Name)
}

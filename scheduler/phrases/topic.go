package phrases

import "berth/scheduler/account"

var topics = map[account.Topic]string{
	account.TopicRequests:    "updates on requests that concern you",
	account.TopicFeedback:    "remarks on requests that concern you",
	account.TopicMentions:    "remarks that mention you",
	account.TopicReminders:   "reminders of orchestration, tear-down and expiring offers",
	account.TopicInvitations: "calendar invitations with the updates on requests",
	account.TopicDigest:      "the digest of the coming days, for operators",
}

// Topic names a kind of mail: "updates on requests that concern you".
func Topic(t account.Topic) string { return topics[t] }

// Package policy says what people may ask for: how long, how soon, how far ahead, how many requests at once, and how much in a week, a month or a term;
// and which requests need nobody to decide about them. It is declared in a YAML file (docs/policy.md) and judged here, without a store, a clock or a
// network.
//
// Rules:
//
//   - A rule is for whom it says (who, except) and where it says (testbeds); a rule that says neither is for everybody, everywhere. All rules that
//     apply count, so the narrowest limit decides.
//   - A quota counts slots without setup and teardown, an amount times its hours, in each period that a slot touches. Nights and weekends count
//     nothing where the quota says so. What is cancelled, rejected or not used is given back: the caller passes what still counts.
//   - Every refusal names its rule, the limit, what is used and asked, and what would be allowed.
package policy

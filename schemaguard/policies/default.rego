# Who may do what: an act is carried out where `allow` is true and `deny` is empty.
# docs/policy.md says what `input` has.
package schemaguard.policy

import rego.v1

default allow := false

allow if {
	input.version == 1
	count(deny) == 0
	known
}

# What this policy doesn't know of is not allowed.
known if input.action in {"promote", "canary", "advance", "abort", "rollback", "approve", "publish", "override"}

puts_to_serve if input.action in {"promote", "canary", "advance"}

# Going back wants a reason, and nothing else.
deny contains "a reason of 10 characters at least is missing" if {
	input.action != "publish"
	count(trim_space(input.reason)) < 10
}

deny contains message if {
	puts_to_serve
	some terms in input.playbook.approvals
	terms.act == input.action
	others := {each.by |
		some each in input.approvals
		each.act == input.action
		each.plan_hash == input.plan.hash
		each.by != input.actor.role
	}
	count(others) < terms.needed
	message := sprintf("%d of %d approvals by others than %s", [count(others), terms.needed, input.actor.role])
}

deny contains message if {
	input.action in {"promote", "canary"}
	some change in input.destructive
	change.hours_ago < 24
	message := sprintf("%s was taken away less than 24 hours ago: not in the same window as a release", [change.object])
}

deny contains "the model is frozen" if {
	puts_to_serve
	input.pointer.frozen
}

deny contains "the last drill of its playbook failed" if {
	puts_to_serve
	input.drill.outcome == "failed"
}

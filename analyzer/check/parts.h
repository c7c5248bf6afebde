#pragma once
// A flow in which a great many rules take part, judged by parts: what single rules can be asked about. Thousands of overlapping rules make
// millions of pieces of the whole, and a reader is shown a dozen rules of them.

#include <optional>

#include "check/conversation.h"
#include "check/evidence.h"
#include "check/flow.h"

namespace wallcheck::check {

/// The result of a conversation that is `restricted`, if that is proved by parts of its first packets: some connections pass whatever
/// their fixed values are, some do not, and all that is opened goes on. Rules that decide are the first ones, as of the whole; passing and failing
/// connections are those of the parts: "... and more" stands where more are known. nullopt: the whole has to be asked.
/// Like check_flow throws packets::BudgetExceeded and Contradiction.
std::optional<ServiceResult> restricted_by_parts(const FlowContext& context, const Conversation& conversation, const Evidence& evidence);

}  // namespace wallcheck::check

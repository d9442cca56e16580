#include "libcluster/auth/requests/access_request_events.h"

#include "libresources/codec/codec.h"
#include "libresources/kinds/access_request.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/client/proto/access_requests.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/access_request.pb.h"

namespace sallyport {
namespace {

template <typename Texts>
Value ListOf(const Texts& texts) {
  return Value::Strings({texts.begin(), texts.end()});
}

std::string StateName(types::RequestState state) { return types::RequestState_Name(state); }

void AddTime(AuditEvent& event, std::string_view key, const google::protobuf::Timestamp& stamp) {
  if (const auto time = ToTime(stamp)) event.Add(key, FormatTime(*time));
}

void AddText(AuditEvent& event, std::string_view key, const std::string& text) {
  if (!text.empty()) event.Add(key, text);
}

void AddAnnotations(AuditEvent& event, const wrappers::LabelValues& annotations) {
  if (annotations.values().empty()) return;
  Value value = Value::EmptyMap();
  for (const auto& [key, values] : annotations.values()) value.Set(key, ListOf(values.values()));
  event.Add("annotations", std::move(value));
}

}  // namespace

AuditEvent RequestCreatedEvent(std::string_view cluster, const Caller& by, const types::AccessRequestV3& request) {
  const auto& spec = request.spec();
  AuditEvent event(audit::kAccessRequestCreate, cluster);
  event.By(by).Add("user", spec.user()).Add("roles", ListOf(spec.roles())).Add("id", request.metadata().name());
  event.Add("state", StateName(spec.state()));
  AddText(event, "reason", spec.requestreason());
  AddTime(event, "expires", spec.expires());
  AddTime(event, "max_duration", spec.maxduration());
  AddAnnotations(event, spec.systemannotations());
  if (spec.requestedresourceids().empty()) return event;
  Value ids = Value::EmptyList();
  Value names = Value::EmptyList();
  for (const auto& id : spec.requestedresourceids()) {
    ids.Append(EncodeMessage(id));
    names.Append(id.name());
  }
  event.Add("resource_ids", std::move(ids)).Add("resource_names", std::move(names));
  return event;
}

AuditEvent RequestDecidedEvent(std::string_view cluster, const Caller& by, const proto::RequestStateSetter& setter,
                               const types::AccessRequestV3& request) {
  AuditEvent event(audit::kAccessRequestUpdate, cluster);
  event.Add("updated_by", by.identity.username).Add("id", setter.id()).Add("state", StateName(setter.state()));
  AddText(event, "reason", setter.reason());
  AddText(event, "delegator", setter.delegator());
  if (!setter.roles().empty()) event.Add("roles", ListOf(setter.roles()));
  AddTime(event, "expires", request.spec().expires());
  AddTime(event, "assume_start_time", setter.assumestarttime());
  AddAnnotations(event,
                 setter.annotations().values().empty() ? request.spec().systemannotations() : setter.annotations());
  return event;
}

AuditEvent RequestReviewedEvent(std::string_view cluster, const types::AccessRequestV3& request) {
  const auto& spec = request.spec();
  const auto& review = spec.reviews(spec.reviews_size() - 1);
  AuditEvent event(audit::kAccessRequestReview, cluster);
  event.Add("id", request.metadata().name()).Add("state", StateName(spec.state()));
  event.Add("proposed_state", StateName(review.proposedstate())).Add("reviewer", review.author());
  AddText(event, "reason", review.reason());
  AddTime(event, "expires", spec.expires());
  AddTime(event, "max_duration", spec.maxduration());
  return event;
}

AuditEvent RequestDeletedEvent(std::string_view cluster, const Caller& by, std::string_view id) {
  AuditEvent event(audit::kAccessRequestDelete, cluster);
  event.By(by).Add("id", id);
  return event;
}

AuditEvent RequestExpiredEvent(std::string_view cluster, const types::AccessRequestV3& request) {
  AuditEvent event(audit::kAccessRequestExpire, cluster);
  event.Add("id", request.metadata().name());
  AddTime(event, "expires", request.spec().expires());
  if (const auto expiry = ExpiresOf(request)) event.Add("expiry", FormatTime(*expiry));
  return event;
}

AuditEvent RequestSearchEvent(std::string_view cluster, const Caller& by, const std::vector<std::string>& search_as,
                              const proto::ListResourcesRequest& query) {
  AuditEvent event(audit::kAccessRequestSearch, cluster);
  event.By(by).Add("search_as_roles", Value::Strings(search_as)).Add("resource_type", query.resourcetype());
  AddText(event, "namespace", query.namespace_());
  AddText(event, "predicate_expression", query.predicateexpression());
  if (!query.searchkeywords().empty()) event.Add("search_keywords", ListOf(query.searchkeywords()));
  if (query.labels().empty()) return event;
  Value labels = Value::EmptyMap();
  for (const auto& [key, value] : query.labels()) labels.Set(key, value);
  event.Add("labels", std::move(labels));
  return event;
}

}  // namespace sallyport

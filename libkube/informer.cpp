#include "libkube/informer.h"

#include "libbase/log.h"

namespace sallyport {
namespace {

// A watch that brings nothing and ends sooner is a failure: the next one waits.
constexpr std::chrono::seconds kShortWatch{1};
// How long a watch may say nothing beyond the time after which the server ends it.
constexpr std::chrono::seconds kGrace{30};

}  // namespace

KubeInformer::KubeInformer(KubeApi& api, KubeCollection collection, KubeInformerHandlers handlers,
                           KubeInformerOptions options)
    : api_(api),
      collection_(std::move(collection)),
      handlers_(std::move(handlers)),
      options_(options),
      backoff_(options.first_pause, options.longest_pause) {}

void KubeInformer::Run(const StopSignal& stop) {
  const CallLimits limits{options_.limits.time, &stop};
  Then then = Then::kList;
  while (!stop.stopped()) {
    Result<Then> next = Then::kWatch;
    if (then == Then::kList) {
      if (const Status listed = List(limits); !listed) next = std::unexpected(listed.error());
    } else {
      next = Watch(stop);
    }
    if (stop.stopped()) return;

    if (next) {
      then = *next;
      continue;
    }
    // A connection that broke does not lose the place of the watch.
    if (next.error().kind != ErrorKind::kConnectionProblem) then = Then::kList;
    Failed(next.error());
    if (!PauseUnlessStopped(backoff_.Next(), stop)) return;
  }
}

void KubeInformer::Failed(const Error& error) {
  if (!failing_) {
    Log(LogLevel::kWarning, "objects of Kubernetes cannot be followed, trying again",
        {{"objects", Described(collection_)}, {"reason", error.message}, {"hint", error.hint}});
  }
  failing_ = true;
}

void KubeInformer::Succeeded() {
  if (failing_) Log(LogLevel::kInfo, "objects of Kubernetes are followed again", {{"objects", Described(collection_)}});
  failing_ = false;
  backoff_.Reset();
}

Status KubeInformer::List(const CallLimits& limits) {
  ++lists_;
  KubePageRequest request;
  while (true) {
    ASSIGN_OR_RETURN(const auto page, api_.ListPage(collection_, request, limits));
    if (!page) return Fail(ErrorKind::kLimitExceeded, "the server forgets the list before its end");
    for (const auto& object : page->items) Offer(object);
    request.continue_token = page->continue_token;
    if (!request.continue_token.empty()) continue;

    RemoveUnlisted();
    resource_version_ = page->resource_version;
    Succeeded();
    if (!synced_ && handlers_.synced) handlers_.synced();
    synced_ = true;
    return {};
  }
}

Result<KubeInformer::Then> KubeInformer::Watch(const StopSignal& stop) {
  const auto begun = std::chrono::steady_clock::now();
  const auto time = std::chrono::duration_cast<std::chrono::seconds>(Jittered(options_.watch_time, 2.0));
  ASSIGN_OR_RETURN(const auto watch, api_.Watch(collection_, {resource_version_, time}, {options_.limits.time, &stop}));
  const auto end = begun + time + kGrace;
  bool idle = true;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    ASSIGN_OR_RETURN(const KubeEvent event, watch->Next({left, &stop}));
    if (event.type == KubeEvent::Type::kGone) {
      // The list that follows shows what was missed. A server that forgets at once is not asked without a pause.
      PauseUnlessStopped(backoff_.Next(), stop);
      return Then::kList;
    }
    if (event.type == KubeEvent::Type::kEnded) break;
    idle = false;
    Take(event);
    Succeeded();
  }

  if (idle && std::chrono::steady_clock::now() - begun < kShortWatch) {
    return Fail(ErrorKind::kConnectionProblem, "the server ends the watch at once");
  }
  return Then::kWatch;
}

void KubeInformer::Take(const KubeEvent& event) {
  if (event.type == KubeEvent::Type::kDeleted) {
    const Key key{MetadataOf(event.object, "namespace"), MetadataOf(event.object, "name")};
    if (const auto found = seen_.find(key); found != seen_.end()) Remove(found);
  } else if (event.type != KubeEvent::Type::kBookmark) {
    Offer(event.object);
  }
  if (auto version = MetadataOf(event.object, "resourceVersion"); !version.empty()) {
    resource_version_ = std::move(version);
  }
}

// Reports a state unless it was reported before.
void KubeInformer::Offer(const Value& object) {
  const Key key{MetadataOf(object, "namespace"), MetadataOf(object, "name")};
  Seen now{MetadataOf(object, "uid"), MetadataOf(object, "resourceVersion"), lists_};
  auto found = seen_.find(key);
  if (found != seen_.end() && found->second.uid != now.uid) {
    Remove(found);
    found = seen_.end();
  }
  if (found != seen_.end() && found->second.resource_version == now.resource_version) {
    found->second.listed = lists_;
    return;
  }
  seen_[key] = std::move(now);
  handlers_.changed(object);
}

void KubeInformer::Remove(std::map<Key, Seen>::iterator found) {
  const KubeObjectId id{found->first.first, found->first.second, found->second.uid};
  seen_.erase(found);
  handlers_.removed(id);
}

void KubeInformer::RemoveUnlisted() {
  for (auto at = seen_.begin(); at != seen_.end();) {
    const auto next = std::next(at);
    if (at->second.listed != lists_) Remove(at);
    at = next;
  }
}

}  // namespace sallyport

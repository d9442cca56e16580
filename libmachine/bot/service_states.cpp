#include "libmachine/bot/service_states.h"

#include <algorithm>

namespace sallyport {

ServiceState* ServiceStates::Row(std::string_view name) {
  const auto found = std::ranges::find(states_, name, &ServiceState::name);
  return found == states_.end() ? nullptr : &*found;
}

void ServiceStates::Add(std::string name, std::string type, std::string destination) {
  const MutexLock lock(mutex_);
  ServiceState state;
  state.name = std::move(name);
  state.type = std::move(type);
  state.destination = std::move(destination);
  const auto place = std::ranges::upper_bound(states_, state.name, {}, &ServiceState::name);
  states_.insert(place, std::move(state));
}

void ServiceStates::Report(std::string_view name, const Status& result) {
  const MutexLock lock(mutex_);
  ServiceState* const state = Row(name);
  if (state == nullptr) return;
  state->updated_at = Now();
  state->health = result ? Health::kHealthy : Health::kUnhealthy;
  state->reason = result ? "" : result.error().message;
  state->hint = result ? "" : result.error().hint;
  if (result) state->last_success = state->updated_at;
}

void ServiceStates::ReportAttempt(std::string_view name, const Error& error) {
  const MutexLock lock(mutex_);
  if (ServiceState* const state = Row(name)) {
    state->reason = error.message;
    state->hint = error.hint;
  }
}

void ServiceStates::SetNextRun(std::string_view name, Time time) {
  const MutexLock lock(mutex_);
  if (ServiceState* const state = Row(name)) state->next_run = time;
}

std::vector<ServiceState> ServiceStates::All() const {
  const MutexLock lock(mutex_);
  return states_;
}

std::optional<ServiceState> ServiceStates::Find(std::string_view name) const {
  const MutexLock lock(mutex_);
  const auto found = std::ranges::find(states_, name, &ServiceState::name);
  return found == states_.end() ? std::nullopt : std::optional(*found);
}

bool ServiceStates::AllHaveRun(std::string_view except) const {
  const MutexLock lock(mutex_);
  return std::ranges::all_of(states_, [&](const ServiceState& state) {
    return state.name == except || state.health != Health::kInitializing;
  });
}

std::string_view HealthName(Health health) {
  switch (health) {
    case Health::kInitializing:
      return "initializing";
    case Health::kHealthy:
      return "healthy";
    case Health::kUnhealthy:
      break;
  }
  return "unhealthy";
}

bool AllHealthy(const std::vector<ServiceState>& states) {
  return std::ranges::all_of(states, [](const ServiceState& state) { return state.health == Health::kHealthy; });
}

Value ReadinessValue(const ServiceState& state) {
  Value value(Value::Map{{"status", HealthName(state.health)}});
  if (state.health == Health::kUnhealthy && !state.reason.empty()) value.Set("reason", state.reason);
  value.Set("updated_at", state.updated_at ? Value(FormatTime(*state.updated_at)) : Value());
  return value;
}

Value ReadinessValue(const std::vector<ServiceState>& states) {
  Value services = Value::EmptyMap();
  for (const auto& state : states) services.Set(state.name, ReadinessValue(state));
  return Value(Value::Map{{"status", HealthName(AllHealthy(states) ? Health::kHealthy : Health::kUnhealthy)},
                          {"services", std::move(services)}});
}

}  // namespace sallyport

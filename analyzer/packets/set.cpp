#include "packets/set.h"

#include <algorithm>

namespace wallcheck::packets {

void Point::set(Dimension dimension, Uint128 value) {
  const auto at = std::ranges::lower_bound(entries_, dimension, {}, &Entry::dimension);
  if (at != entries_.end() && at->dimension == dimension) at->value = value;
  else entries_.insert(at, {dimension, value});
}

std::optional<Uint128> Point::get(Dimension dimension) const {
  const auto at = std::ranges::lower_bound(entries_, dimension, {}, &Entry::dimension);
  if (at == entries_.end() || at->dimension != dimension) return std::nullopt;
  return at->value;
}

std::uint32_t Point::bits(Dimension first, unsigned width) const {
  std::uint32_t number = 0;
  for (unsigned bit = 0; bit < width; ++bit)
    if (value_or(first + bit, 0) != 0) number |= 1u << bit;
  return number;
}

const std::vector<ir::Range>* Region::values_of(Dimension dimension) const {
  const auto at = std::ranges::lower_bound(parts, dimension, {}, &Part::dimension);
  return at != parts.end() && at->dimension == dimension ? &at->values : nullptr;
}

Set Set::values(Diagrams& diagrams, Dimension dimension, std::span<const ir::Range> values) {
  return {diagrams, diagrams.values(dimension, ir::normalised({values.begin(), values.end()}))};
}

Set Set::value(Diagrams& diagrams, Dimension dimension, Uint128 value) {
  const ir::Range range{value, value};
  return {diagrams, diagrams.values(dimension, std::span(&range, 1))};
}

Set Set::operator&(const Set& other) const { return {*diagrams_, diagrams_->intersection(node_, other.node_)}; }
Set Set::operator|(const Set& other) const { return {*diagrams_, diagrams_->unite(node_, other.node_)}; }
Set Set::operator-(const Set& other) const { return {*diagrams_, diagrams_->difference(node_, other.node_)}; }
Set Set::operator~() const { return {*diagrams_, diagrams_->complement(node_)}; }

bool Set::contains(const Point& point) const {
  Node node = node_;
  while (!is_leaf(node)) {
    const Dimension dimension = diagrams_->top_dimension(node);
    node = diagrams_->piece(node, dimension, point.value_or(dimension, 0));
  }
  return node == leaf(1);
}

std::vector<Dimension> Set::support() const { return diagrams_->support(node_); }

bool Set::depends_on(Dimension dimension) const { return std::ranges::binary_search(support(), dimension); }

namespace {

std::function<bool(Dimension)> among(std::span<const Dimension> dimensions) {
  std::vector<Dimension> sorted(dimensions.begin(), dimensions.end());
  std::ranges::sort(sorted);
  return [sorted = std::move(sorted)](Dimension d) { return std::ranges::binary_search(sorted, d); };
}

}  // namespace

Set Set::exists(std::span<const Dimension> dimensions) const { return {*diagrams_, diagrams_->exists(node_, among(dimensions))}; }
Set Set::forall(std::span<const Dimension> dimensions) const { return {*diagrams_, diagrams_->forall(node_, among(dimensions))}; }

Set Set::forall_in(const Set& universe, std::span<const Dimension> dimensions) const {
  return universe.exists(dimensions) - (universe - *this).exists(dimensions);
}

Set Set::exists_between(Dimension first, Dimension end) const {
  return {*diagrams_, diagrams_->exists(node_, [=](Dimension d) { return d >= first && d < end; })};
}

Set Set::forall_between(Dimension first, Dimension end) const {
  return {*diagrams_, diagrams_->forall(node_, [=](Dimension d) { return d >= first && d < end; })};
}

Set Set::onto(std::span<const Dimension> dimensions) const {
  const auto kept = among(dimensions);
  return {*diagrams_, diagrams_->exists(node_, [&](Dimension d) { return !kept(d); })};
}

Set Set::restricted(Dimension dimension, Uint128 value) const { return {*diagrams_, diagrams_->restrict(node_, dimension, value)}; }

std::vector<ir::Range> Set::values_of(Dimension dimension) const {
  const Set shadow = onto(std::span(&dimension, 1));
  std::vector<ir::Range> result;
  const auto pieces = diagrams_->pieces(shadow.node_);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].second != leaf(1)) continue;
    result.push_back({pieces[i].first, i + 1 < pieces.size() ? pieces[i + 1].first - 1 : diagrams_->last_value_of(dimension)});
  }
  return result;
}

std::optional<Point> Set::witness(std::span<const Preference> preferences) const {
  if (empty()) return std::nullopt;
  Point point;
  for (const Preference& preference : preferences)
    if (!preference.values.empty()) point.set(preference.dimension, preference.values.front());
  for (Node node = node_; !is_leaf(node);) {
    const Dimension dimension = diagrams_->top_dimension(node);
    std::optional<Uint128> chosen;
    for (const Preference& preference : preferences) {
      if (preference.dimension != dimension) continue;
      for (const Uint128 value : preference.values)
        if (!chosen && diagrams_->piece(node, dimension, value) != leaf(0)) chosen = value;
    }
    if (!chosen) {
      for (const auto& [from, piece] : diagrams_->pieces(node))
        if (!chosen && piece != leaf(0)) chosen = from;
    }
    point.set(dimension, *chosen);
    node = diagrams_->piece(node, dimension, *chosen);
  }
  return point;
}

}  // namespace wallcheck::packets

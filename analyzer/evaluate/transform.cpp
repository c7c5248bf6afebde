#include "evaluate/transform.h"

#include <algorithm>
#include <utility>

#include "evaluate/choices.h"

namespace wallcheck::evaluate {

bool Transform::changes_marks() const {
  return ~mark_keep != 0 || mark_other != 0 || mark_flip != 0 || ~connmark_keep != 0 || connmark_other != 0 || connmark_flip != 0;
}

bool Transform::identity() const { return !changes_marks() && !tag && !untracks && !unknown && translations.empty(); }

Transform Transform::then(const Transform& later) const {
  Transform r = *this;
  r.mark_keep = (mark_keep & later.mark_keep) ^ (connmark_other & later.mark_other);
  r.mark_other = (mark_other & later.mark_keep) ^ (connmark_keep & later.mark_other);
  r.mark_flip = (mark_flip & later.mark_keep) ^ (connmark_flip & later.mark_other) ^ later.mark_flip;
  r.connmark_keep = (connmark_keep & later.connmark_keep) ^ (mark_other & later.connmark_other);
  r.connmark_other = (connmark_other & later.connmark_keep) ^ (mark_keep & later.connmark_other);
  r.connmark_flip = (connmark_flip & later.connmark_keep) ^ (mark_flip & later.connmark_other) ^ later.connmark_flip;
  if (later.tag) r.tag = later.tag;
  r.untracks |= later.untracks;
  r.unknown |= later.unknown;
  r.translations.insert(r.translations.end(), later.translations.begin(), later.translations.end());
  return r;
}

std::uint64_t Transform::hash() const {
  std::uint64_t h = tag ? *tag + 1u : 0u;
  const auto mix = [&h](std::uint64_t v) { h = (h ^ v) * 0x9e3779b97f4a7c15u, h ^= h >> 29; };
  mix(std::uint64_t{mark_keep} << 32 | mark_flip), mix(std::uint64_t{connmark_keep} << 32 | connmark_flip);
  mix(std::uint64_t{mark_other} << 32 | connmark_other);
  for (const Translation& t : translations) mix(std::uint64_t{t.addresses} << 32 | t.ports << 1 | (t.destination ? 1 : 0));
  return h;
}

Transform transform_of(const ir::Firewall& firewall, ir::EffectsId effects, ir::Point point, ir::Path path, bool connection) {
  Transform all;
  const auto translate = [&](Transform& t, const Translation& translation) {
    if (choices_of(firewall, translation.destination, translation.addresses, translation.ports)) t.translations.push_back(translation);
    else t.unknown = true;
  };
  for (const ir::Effect& effect : firewall.effects_of(effects)) {
    Transform t;
    switch (effect.kind) {
      case ir::EffectKind::set_mark:
        if (effect.other != 0 && (!connection || all.untracks)) break;
        t.mark_keep = effect.keep, t.mark_other = effect.other, t.mark_flip = effect.flip;
        break;
      case ir::EffectKind::set_connmark:
        if (!connection || all.untracks) break;
        t.connmark_keep = effect.keep, t.connmark_other = effect.other, t.connmark_flip = effect.flip;
        break;
      case ir::EffectKind::set_tag: t.tag = static_cast<std::uint16_t>(effect.value); break;
      case ir::EffectKind::untrack: t.untracks = true; break;
      case ir::EffectKind::translate_destination:
        translate(t, {true, effect.addresses, effect.ports, effect.to_local, point, path});
        break;
      case ir::EffectKind::translate_source:
        translate(t, {false, effect.addresses, effect.ports, effect.from_local, point, path});
        break;
      case ir::EffectKind::unknown_rewrite: t.unknown = true; break;
    }
    all = all.identity() ? std::move(t) : all.then(t);
  }
  return all;
}

bool asks_connection(const ir::Firewall& firewall, ir::EffectsId effects) {
  return std::ranges::any_of(firewall.effects_of(effects), [](const ir::Effect& effect) {
    return effect.kind == ir::EffectKind::set_connmark || (effect.kind == ir::EffectKind::set_mark && effect.other != 0);
  });
}

}  // namespace wallcheck::evaluate

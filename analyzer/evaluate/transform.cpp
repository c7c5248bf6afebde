#include "evaluate/transform.h"

namespace wallcheck::evaluate {
namespace {

Transform::Rewrite merged(const Transform::Rewrite& earlier, const Transform::Rewrite& later) {
  Transform::Rewrite result = earlier;
  if (later.addresses != 0 || later.local) result.addresses = later.addresses, result.local = later.local;
  if (later.ports != 0) result.ports = later.ports;
  return result;
}

}  // namespace

Transform Transform::then(const Transform& later) const {
  Transform r;
  r.mark_keep = (mark_keep & later.mark_keep) ^ (connmark_other & later.mark_other);
  r.mark_other = (mark_other & later.mark_keep) ^ (connmark_keep & later.mark_other);
  r.mark_flip = (mark_flip & later.mark_keep) ^ (connmark_flip & later.mark_other) ^ later.mark_flip;
  r.connmark_keep = (connmark_keep & later.connmark_keep) ^ (mark_other & later.connmark_other);
  r.connmark_other = (connmark_other & later.connmark_keep) ^ (mark_keep & later.connmark_other);
  r.connmark_flip = (connmark_flip & later.connmark_keep) ^ (mark_flip & later.connmark_other) ^ later.connmark_flip;
  r.tag = later.tag ? later.tag : tag;
  r.untracks = untracks || later.untracks;
  r.unknown = unknown || later.unknown;
  r.destination = merged(destination, later.destination);
  r.source = merged(source, later.source);
  return r;
}

Transform transform_of(const ir::Effect& effect) {
  Transform t;
  switch (effect.kind) {
    case ir::EffectKind::set_mark: t.mark_keep = effect.keep, t.mark_other = effect.other, t.mark_flip = effect.flip; break;
    case ir::EffectKind::set_connmark:
      t.connmark_keep = effect.keep, t.connmark_other = effect.other, t.connmark_flip = effect.flip;
      break;
    case ir::EffectKind::set_tag: t.tag = static_cast<std::uint16_t>(effect.value); break;
    case ir::EffectKind::untrack: t.untracks = true; break;
    case ir::EffectKind::translate_destination: t.destination = {effect.addresses, effect.ports, effect.to_local}; break;
    case ir::EffectKind::translate_source: t.source = {effect.addresses, effect.ports, effect.from_local}; break;
    case ir::EffectKind::unknown_rewrite: t.unknown = true; break;
  }
  return t;
}

Transform transform_of(const ir::Firewall& firewall, ir::EffectsId effects) {
  Transform t;
  for (const ir::Effect& effect : firewall.effects_of(effects)) t = t.then(transform_of(effect));
  return t;
}

}  // namespace wallcheck::evaluate

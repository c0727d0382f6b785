//! The known devices that send and receive packets for an end.

use crate::access::{DeviceId, Reach, Tailnet, sorted};

/// Returns `true` if packets from one end to another pass through the tailnet. Packets from a
/// device to itself do not, and neither do those to addresses that the device itself routes. An
/// exit node may use another exit node.
///
/// Both lists must be sorted. An empty list stands for unknown devices.
pub fn pass_tailnet(from: &[DeviceId], to: &[DeviceId], reach: Reach) -> bool {
    from.is_empty()
        || from.iter().any(|device| match reach {
            Reach::ExitNode => to.is_empty() || to.iter().any(|exit| exit != device),
            Reach::Own | Reach::SubnetRoute => !sorted::contains(to, *device),
        })
}

/// Returns the devices that have any of the tags of a `via`. Without tags, returns all of them.
pub fn with_any_tag(tailnet: &Tailnet, devices: &[DeviceId], via: &[&str]) -> Vec<DeviceId> {
    let has = |device: &DeviceId| {
        let mut tags = tailnet.devices.get(*device).into_iter().flat_map(|node| &node.fact.tags);
        tags.any(|own| via.iter().any(|tag| own.text.eq_ignore_ascii_case(tag)))
    };
    devices.iter().copied().filter(|device| via.is_empty() || has(device)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_sends_through_the_tailnet_what_is_neither_its_own_nor_behind_it() {
        let cases: [(&[DeviceId], &[DeviceId], bool); 7] = [
            (&[3], &[3], false),
            (&[3], &[4], true),
            (&[3], &[3, 4], false),
            (&[3, 4], &[3], true),
            (&[3, 4], &[3, 4], false),
            (&[], &[], true),
            (&[3], &[], true),
        ];
        for (from, to, expected) in cases {
            assert_eq!(pass_tailnet(from, to, Reach::Own), expected, "{from:?} {to:?}");
        }
    }

    #[test]
    fn an_exit_node_sends_through_another_one() {
        let cases: [(&[DeviceId], &[DeviceId], bool); 5] =
            [(&[3], &[3], false), (&[3], &[3, 4], true), (&[3, 4], &[3], true), (&[], &[3], true), (&[3], &[], true)];
        for (from, to, expected) in cases {
            assert_eq!(pass_tailnet(from, to, Reach::ExitNode), expected, "{from:?} {to:?}");
        }
    }
}

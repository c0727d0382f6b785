//! Tailscale's posture attributes.

/// The type of a posture attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostureType {
    /// `true` or `false`
    Bool,
    /// A number
    Number,
    /// Text that is compared as a version
    Version,
    /// Text with known values
    OneOf(&'static [&'static str]),
    /// Any type, as the integration defines it
    Any,
}

/// The attributes whose type Tailscale documents.
pub const POSTURE_ATTRIBUTES: &[(&str, PostureType)] = &[
    (
        "node:os",
        PostureType::OneOf(&["macos", "windows", "linux", "ios", "android", "freebsd", "openbsd", "illumos", "js"]),
    ),
    ("node:osVersion", PostureType::Version),
    ("node:tsVersion", PostureType::Version),
    ("node:tsAutoUpdate", PostureType::Bool),
    ("node:tsStateEncrypted", PostureType::Bool),
    ("node:tsReleaseTrack", PostureType::OneOf(&["stable", "unstable"])),
    ("ip:country", PostureType::Any),
    ("ip:publicAddress", PostureType::Any),
    ("falcon:ztaScore", PostureType::Number),
    ("kandji:mdmEnabled", PostureType::Bool),
    ("kandji:agentInstalled", PostureType::Bool),
    ("sentinelOne:operationalState", PostureType::Any),
    ("sentinelOne:activeThreats", PostureType::Any),
    ("sentinelOne:agentVersion", PostureType::Any),
    ("sentinelOne:encryptedApplications", PostureType::Any),
    ("sentinelOne:firewallEnabled", PostureType::Any),
    ("sentinelOne:infected", PostureType::Any),
    ("kolide:authState", PostureType::Any),
    ("fleet:present", PostureType::Any),
    ("huntress:defenderStatus", PostureType::Any),
    ("huntress:defenderPolicyStatus", PostureType::Any),
    ("huntress:firewallStatus", PostureType::Any),
    ("jamfPro:remoteManaged", PostureType::Any),
    ("jamfPro:supervised", PostureType::Any),
    ("jamfPro:firewallEnabled", PostureType::Any),
    ("jamfPro:fileVaultStatus", PostureType::Any),
    ("jamfPro:SIPEnabled", PostureType::Any),
    ("intune:complianceState", PostureType::Any),
    ("intune:azureADRegistered", PostureType::Any),
    ("intune:deviceRegistrationState", PostureType::Any),
    ("intune:isSupervised", PostureType::Any),
    ("intune:isEncrypted", PostureType::Any),
    ("intune:managedDeviceOwnerType", PostureType::Any),
];

/// Namespaces of posture attributes that allow any name.
pub const POSTURE_NAMESPACES: &[&str] = &["custom", "fleetPolicy"];

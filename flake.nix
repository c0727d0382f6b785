{
  description = "Checks, formats, compares and explains Tailscale policies";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      manifest = builtins.fromTOML (builtins.readFile ./Cargo.toml);
      forEachSystem =
        make:
        builtins.listToAttrs (
          map (system: {
            name = system;
            value = make nixpkgs.legacyPackages.${system};
          }) systems
        );
      package =
        pkgs:
        pkgs.rustPlatform.buildRustPackage {
          pname = "tailnet-policy";
          version = manifest.workspace.package.version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          cargoBuildFlags = [ "--package=tailnet-policy" ];
          POLICY_FOR_OTHERS = "1";
          # `.ci/run` runs the tests. They need tools and files that are not in this package.
          doCheck = false;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          postInstall = ''
            mkdir man
            $out/bin/policy man man
            installManPage man/*.1
            installShellCompletion --cmd policy \
              --bash <($out/bin/policy completions bash) \
              --zsh <($out/bin/policy completions zsh) \
              --fish <($out/bin/policy completions fish)
          '';
          meta = {
            description = "Checks, formats, compares and explains Tailscale policies";
            mainProgram = "policy";
            license = [
              pkgs.lib.licenses.mit
              pkgs.lib.licenses.asl20
            ];
          };
        };
    in
    {
      packages = forEachSystem (pkgs: {
        default = package pkgs;
      });
    };
}

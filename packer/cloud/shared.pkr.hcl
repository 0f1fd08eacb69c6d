# Golden images in AWS and Google Cloud: what both share. One directory is one template:
#   packer build -only=amazon-ebs.golden packer/cloud
#   packer build -only=googlecompute.golden -var gcp_project=… packer/cloud
# Works on Packer 1.6.6 and newer; where the plugins are not built in,
# `packer init packer/plugins.pkr.hcl` first.

variable "distribution" {
  type        = string
  default     = "debian12"
  description = "What the image starts from: debian12, debian13, ubuntu2204, ubuntu2404, rhel9, rhel10, almalinux9, al2023 or sle15."
  validation {
    condition     = contains(["debian12", "debian13", "ubuntu2204", "ubuntu2404", "rhel9", "rhel10", "almalinux9", "al2023", "sle15"], var.distribution)
    error_message = "The distribution must be one of debian12, debian13, ubuntu2204, ubuntu2404, rhel9, rhel10, almalinux9, al2023, sle15."
  }
}

variable "architecture" {
  type        = string
  default     = "amd64"
  description = "Processor of the image: amd64 or arm64."
  validation {
    condition     = contains(["amd64", "arm64"], var.architecture)
    error_message = "The architecture must be amd64 or arm64."
  }
}

variable "baseline" {
  type        = string
  default     = ""
  description = "Name of a shipped baseline, or the path of a baseline file. CIS level 1 server of the distribution unless given."
}

variable "image" {
  type        = string
  default     = ""
  description = "Name of the image; the run is appended to it. <distribution>-<architecture>-cis unless given."
  validation {
    condition     = regex_replace(var.image, "^([a-z]([a-z0-9-]{0,24}[a-z0-9])?)?$", "") == ""
    error_message = "The image name must be 1 to 26 of a-z, 0-9 and hyphen, beginning with a letter: Google Cloud allows 63 with the run behind it."
  }
}

variable "run" {
  type        = string
  default     = env("PACKER_RUN_UUID")
  description = "UUID that identifies this build in names and in the evidence. Packer's own run UUID unless given."
  validation {
    condition     = var.run != "" && regex_replace(var.run, "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "") == ""
    error_message = "The run must be a UUID in lower case."
  }
}

variable "cupel" {
  type        = string
  default     = "dist/cli/main.js"
  description = "Path of cupel's main.js, which node runs."
}

variable "evidence_dir" {
  type        = string
  default     = "artifacts"
  description = "Directory that gets one evidence directory per build."
}

variable "signing_key" {
  type        = string
  default     = ""
  description = "File of the private key that signs the evidence; a development key, which nobody trusts, unless given."
}

variable "content" {
  type        = string
  default     = ""
  description = "SCAP data stream to use; fetched and cached unless given."
}

variable "manifest" {
  type        = string
  default     = "manifest.json"
  description = "File that gets Packer's manifest, which `cupel publish` reads. One per build."
}

variable "ssh_timeout" {
  type        = string
  default     = "10m"
  description = "How long the machine may take to its first login."
}

variable "ssh_port" {
  type        = number
  default     = 22
  description = "Port that the machine's SSH server listens on."
}

locals {
  image    = var.image == "" ? "${var.distribution}-${var.architecture}-cis" : var.image
  name     = "${local.image}-${var.run}"
  baseline = var.baseline == "" ? "${var.distribution}-cis-l1-server" : var.baseline

  # Who publishes each distribution, under which name, and who logs in.
  distributions = {
    debian12   = { owner = "136693071363", filter = { amd64 = "debian-12-amd64-*", arm64 = "debian-12-arm64-*" }, user = "admin", project = "debian-cloud", family = { amd64 = "debian-12", arm64 = "debian-12-arm64" } }
    debian13   = { owner = "136693071363", filter = { amd64 = "debian-13-amd64-*", arm64 = "debian-13-arm64-*" }, user = "admin", project = "debian-cloud", family = { amd64 = "debian-13", arm64 = "debian-13-arm64" } }
    ubuntu2204 = { owner = "099720109477", filter = { amd64 = "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*", arm64 = "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-*" }, user = "ubuntu", project = "ubuntu-os-cloud", family = { amd64 = "ubuntu-2204-lts", arm64 = "ubuntu-2204-lts-arm64" } }
    ubuntu2404 = { owner = "099720109477", filter = { amd64 = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*", arm64 = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-*" }, user = "ubuntu", project = "ubuntu-os-cloud", family = { amd64 = "ubuntu-2404-lts-amd64", arm64 = "ubuntu-2404-lts-arm64" } }
    rhel9      = { owner = "309956199498", filter = { amd64 = "RHEL-9.*_HVM-*-x86_64-*-Hourly2-*", arm64 = "RHEL-9.*_HVM-*-arm64-*-Hourly2-*" }, user = "ec2-user", project = "rhel-cloud", family = { amd64 = "rhel-9", arm64 = "rhel-9-arm64" } }
    rhel10     = { owner = "309956199498", filter = { amd64 = "RHEL-10.*_HVM-*-x86_64-*-Hourly2-*", arm64 = "RHEL-10.*_HVM-*-arm64-*-Hourly2-*" }, user = "ec2-user", project = "rhel-cloud", family = { amd64 = "rhel-10", arm64 = "rhel-10-arm64" } }
    almalinux9 = { owner = "764336703387", filter = { amd64 = "AlmaLinux OS 9.*x86_64", arm64 = "AlmaLinux OS 9.*aarch64" }, user = "ec2-user", project = "almalinux-cloud", family = { amd64 = "almalinux-9", arm64 = "almalinux-9-arm64" } }
    al2023     = { owner = "137112412989", filter = { amd64 = "al2023-ami-2023.*-kernel-*-x86_64", arm64 = "al2023-ami-2023.*-kernel-*-arm64" }, user = "ec2-user", project = "", family = { amd64 = "", arm64 = "" } }
    sle15      = { owner = "013907871322", filter = { amd64 = "suse-sles-15-sp?-v????????-hvm-ssd-x86_64", arm64 = "suse-sles-15-sp?-v????????-hvm-ssd-arm64" }, user = "ec2-user", project = "suse-cloud", family = { amd64 = "sles-15", arm64 = "sles-15-arm64" } }
  }
  source = local.distributions[var.distribution]
}

build {
  sources = ["source.amazon-ebs.golden", "source.googlecompute.golden"]

  # cupel hardens, reboots, scans and judges the machine. Its exit status is the gate: anything
  # but 0, and Packer registers no image and takes away whatever it made. The temporary key goes
  # in by standard input: it is in no argument list, environment or log.
  provisioner "shell-local" {
    environment_vars = [
      "CUPEL=${var.cupel}",
      "CUPEL_BASELINE=${local.baseline}",
      "CUPEL_CONTENT=${var.content}",
      "CUPEL_IMAGE=${local.image}",
      "CUPEL_OUT=${var.evidence_dir}",
      "CUPEL_SIGNING_KEY_FILE=${var.signing_key}",
      "CUPEL_HOST=${build.Host}",
      "CUPEL_PORT=${build.Port}",
      "CUPEL_USER=${build.User}",
      "CUPEL_RUN=${var.run}",
    ]
    inline = [
      "set -- --baseline \"$CUPEL_BASELINE\" --host \"$CUPEL_HOST\" --port \"$CUPEL_PORT\" --user \"$CUPEL_USER\" --run-id \"$CUPEL_RUN\" --image \"$CUPEL_IMAGE\" --out \"$CUPEL_OUT\"",
      "[ -z \"$CUPEL_CONTENT\" ] || set -- \"$@\" --content \"$CUPEL_CONTENT\"",
      "[ -z \"$CUPEL_SIGNING_KEY_FILE\" ] || set -- \"$@\" --signing-key \"$CUPEL_SIGNING_KEY_FILE\"",
      "exec node \"$CUPEL\" provision \"$@\" --key - <<'KEY'",
      "${build.SSHPrivateKey}",
      "KEY",
    ]
  }

  # What `cupel publish` needs to find the evidence and the image again.
  post-processor "manifest" {
    output     = var.manifest
    strip_path = true
    custom_data = {
      image        = local.image
      run          = var.run
      baseline     = local.baseline
      distribution = var.distribution
      architecture = var.architecture
      evidence     = "${var.evidence_dir}/${local.name}"
    }
  }
}

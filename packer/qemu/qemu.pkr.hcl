# The embedded default: hardens a Debian cloud image in QEMU and keeps it only if the
# baseline is met. Works on Packer 1.6.6 and newer; where the qemu plugin is not built
# in, `packer init packer/plugins.pkr.hcl` first.

locals {
  name = "${var.image}-${var.run}"

  # Under emulation a large translation cache spares QEMU from translating the
  # same code again and again; `max` offers every instruction that it can emulate.
  accel = {
    kvm = { accel = "kvm", cpu = "host" }
    tcg = { accel = "tcg,thread=multi,tb-size=512", cpu = "max" }
  }
}

source "qemu" "golden" {
  vm_name          = "${local.name}.qcow2"
  output_directory = "${var.output_dir}/${local.name}"

  # The base image stays as it is: the machine writes to an overlay of it, which is
  # flattened into one compressed file at the end.
  disk_image       = true
  iso_url          = var.base_image
  iso_checksum     = var.base_checksum
  use_backing_file = true
  qemu_img_args {
    create = ["-F", "qcow2"] # refused without the backing file's format
  }
  format           = "qcow2"
  disk_size        = var.disk_size
  disk_compression = true

  # A build that crashes is thrown away, so nothing waits for the disk.
  disk_cache         = "unsafe"
  disk_interface     = "virtio"
  disk_discard       = "unmap"
  disk_detect_zeroes = "unmap"

  accelerator = var.accelerator
  cpus        = var.cpus
  memory      = var.memory
  headless    = true
  disable_vnc = true
  boot_wait   = "-1s"

  # Each flag given here replaces all of Packer's own lines for that flag.
  qemuargs = [
    ["-machine", "type=pc"],
    ["-accel", local.accel[var.accelerator].accel],
    ["-cpu", local.accel[var.accelerator].cpu],
    ["-display", "none"],
    ["-vnc", "none"], # nobody looks, and Packer's own would ask for no password
    ["-serial", "file:${var.console_log}"],
    # Packer's default forward listens on every interface.
    ["-netdev", "user,id=user.0,hostfwd=tcp:127.0.0.1:{{ .SSHHostPort }}-:22"],
    ["-device", "virtio-net,netdev=user.0"],
    ["-device", "virtio-rng-pci"],
    # The seed comes last on the bus, so that the firmware boots the other disk.
    ["-blockdev", "driver=raw,node-name=seed,read-only=on,file.driver=file,file.filename=${var.seed_dir}/seed.img"],
    ["-device", "virtio-blk-pci,drive=seed,addr=0x1e"],
  ]

  ssh_username         = "debian"
  ssh_private_key_file = "${var.seed_dir}/id_ed25519"
  ssh_timeout          = var.ssh_timeout
  # Hardening may allow no more than a few tries and kinds of login.
  ssh_handshake_attempts       = 100
  ssh_clear_authorized_keys    = false # done by cupel, with everything else of the build
  ssh_disable_agent_forwarding = true

  shutdown_command = "sudo systemctl poweroff"
  shutdown_timeout = "10m"
}

build {
  sources = ["source.qemu.golden"]

  # cupel hardens, reboots, scans and judges the machine. Its exit status is the gate:
  # anything but 0 and Packer removes the output directory and records no artifact.
  provisioner "shell-local" {
    environment_vars = [
      "CUPEL=${var.cupel}",
      "CUPEL_BASELINE=${var.baseline}",
      "CUPEL_IMAGE=${var.image}",
      "CUPEL_OUT=${var.evidence_dir}",
      "CUPEL_KEY=${var.seed_dir}/id_ed25519",
      "CUPEL_HOST=${build.Host}",
      "CUPEL_PORT=${build.Port}",
      "CUPEL_USER=${build.User}",
      "CUPEL_RUN=${build.PackerRunUUID}",
    ]
    inline = [
      "exec node \"$CUPEL\" provision --baseline \"$CUPEL_BASELINE\" --host \"$CUPEL_HOST\" --port \"$CUPEL_PORT\" --user \"$CUPEL_USER\" --run-id \"$CUPEL_RUN\" --image \"$CUPEL_IMAGE\" --out \"$CUPEL_OUT\" --key-file \"$CUPEL_KEY\"",
    ]
  }

  post-processor "manifest" {
    output     = "${var.output_dir}/${local.name}/manifest.json"
    strip_path = true
    custom_data = {
      image    = var.image
      run      = var.run
      baseline = var.baseline
    }
  }
}

"""CIFAR-shaped ResNets (He et al. 2015, section 4.2) of depth 6n + 2, with and without BatchNorm and shortcuts.

Tensor names are those of akamaster/pytorch_resnet_cifar10: conv1, bn1, layer{1,2,3}.{i}.{conv1,bn1,conv2,bn2}, linear.
Shortcuts are of option A: every second pixel, and planes // 4 zero channels on both sides. They own no parameters.
Convolutions have no bias in any variant, so that the variants differ by whole tensors and never by shapes.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


def _conv(planes_in, planes_out, stride=1):
    return nn.Conv2d(planes_in, planes_out, 3, stride=stride, padding=1, bias=False)


def _norm(planes, batch_norm):
    return nn.BatchNorm2d(planes) if batch_norm else nn.Identity()


class BasicBlock(nn.Module):
    def __init__(self, planes_in, planes_out, stride, batch_norm, skip):
        super().__init__()
        self.conv1 = _conv(planes_in, planes_out, stride)
        self.bn1 = _norm(planes_out, batch_norm)
        self.conv2 = _conv(planes_out, planes_out)
        self.bn2 = _norm(planes_out, batch_norm)
        self.skip = skip

    def shortcut(self, x):
        if x.shape[1] == self.conv2.out_channels:
            return x
        edge = self.conv2.out_channels // 4
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, edge, edge))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x) if self.skip else y)


class ResNet(nn.Module):
    """float (N, 3, 32, 32) -> logits (N, classes)."""

    def __init__(self, depth=20, batch_norm=True, skip=True, classes=10):
        super().__init__()
        if depth % 6 != 2:
            raise ValueError(f"depth: expected 6n + 2, found {depth}")
        blocks = (depth - 2) // 6
        self.conv1 = _conv(3, 16)
        self.bn1 = _norm(16, batch_norm)
        planes_in = 16
        for stage, planes in enumerate((16, 32, 64), start=1):
            strides = [1 if stage == 1 else 2] + [1] * (blocks - 1)
            layer = nn.Sequential()
            for i, stride in enumerate(strides):
                layer.add_module(str(i), BasicBlock(planes_in, planes, stride, batch_norm, skip))
                planes_in = planes
            self.add_module(f"layer{stage}", layer)
        self.linear = nn.Linear(64, classes)
        self._initialise(3 * blocks, batch_norm)

    def _initialise(self, residual_branches, batch_norm):
        """He's normal initialisation; without BatchNorm, centred filters and smaller residual branches.

        Dividing the last convolution of each of the L branches by sqrt(L) lets the variance of the activations grow
        by (1 + 1/L)^L < e at any depth, instead of 2^L. Filters whose mean is zero do not see the common positive
        mean that ReLU leaves, which would otherwise drown what differs between images.
        """
        for name, module in self.named_modules():
            if not isinstance(module, nn.Conv2d):
                continue
            nn.init.kaiming_normal_(module.weight)
            if batch_norm:
                continue
            with torch.no_grad():
                module.weight -= module.weight.mean(dim=(1, 2, 3), keepdim=True)
                if name.endswith(".conv2"):
                    module.weight /= math.sqrt(residual_branches)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(F.avg_pool2d(x, x.shape[-1]).flatten(1))

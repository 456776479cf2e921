# SPDX-License-Identifier: Apache-2.0
"""The "unet" network in PyTorch: gray [N][1][96][128] in [0, 1] to logits of foreground [N][1][96][128].

Two levels down by max-pool, two up by transposed convolution; each level's skip is joined to what comes up.
"""
import torch
from torch import nn
from torch.nn import functional

from folding import conv3

WIDTHS = (4, 12, 24)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        fine, middle, coarse = WIDTHS
        self.e1 = conv3(1, fine)
        self.e2a, self.e2b = conv3(fine, middle), conv3(middle, middle)
        self.ma, self.mb = conv3(middle, coarse), conv3(coarse, coarse)
        self.up2 = nn.ConvTranspose2d(coarse, middle, 2, 2)
        self.d2 = conv3(2 * middle, middle)
        self.up1 = nn.ConvTranspose2d(middle, fine, 2, 2)
        self.d1 = conv3(2 * fine, fine)
        self.head = nn.Conv2d(fine, 1, 1)

    def forward(self, image):
        relu, pool = torch.relu, lambda a: functional.max_pool2d(a, 2)
        skip1 = relu(self.e1(image))
        skip2 = relu(self.e2b(relu(self.e2a(pool(skip1)))))
        a = relu(self.mb(relu(self.ma(pool(skip2)))))
        a = relu(self.d2(torch.cat([relu(self.up2(a)), skip2], 1)))
        a = relu(self.d1(torch.cat([relu(self.up1(a)), skip1], 1)))
        return self.head(a)

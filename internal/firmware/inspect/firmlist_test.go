package inspect_test

import (
	"strings"
	"testing"
)

// A program that names makers by their numbers is from none of them.
func TestListOfFirms(t *testing.T) {
	list := strings.Join([]string{"Ericsson AB", "Nokia Corporation", "Intel Corp.", "IBM Corp.", "Toshiba Corp.", "3Com", "Microsoft", "Huawei Technologies Co., Ltd.", "Motorola", "ZTE Corporation", "Infineon Technologies AG", "New H3C Technologies Co.,Ltd", "Hangzhou Hikvision Digital Technology Co., Ltd."}, "\x00")
	tryVariants(t, []variant{
		{"numbers to names", []string{"usr/bin/btmon", prog(list)}, ""},
		{"numbers to names in a table", []string{"usr/share/hwdata/list.csv", "MA-L,001F54,Lorex Technology Inc.,Toronto\nMA-L,00E0FC,Huawei Technologies Co. Ltd,Shenzhen\nMA-L,0019C6,ZTE Corporation,Shenzhen\nMA-L,1,Acme Corporation,X\nMA-L,2,Bolt Systems GmbH,X\nMA-L,3,Corax Networks Inc.,X\nMA-L,4,Dyna Systems AB,Y\n"}, ""},
		{"the maker's own", []string{"usr/bin/vosd", prog("Copyright (C) 1998-2012 Huawei Technologies Co., Ltd. All rights reserved")}, "maker.platform probable huawei"},
		{"the maker's own and another's notice", []string{"usr/bin/vosd", prog("Copyright (C) 2012 Huawei Technologies Co., Ltd.\x00Copyright (C) 1991 Free Software Foundation, Inc.\x00Copyright Intel Corp.")}, "maker.platform probable huawei"},
	})
}

package sheet

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"telltale/internal/source/sourcetest"
)

// TestForeignHeadingsAreRead reads registers in other languages and their old encodings.
func TestForeignHeadingsAreRead(t *testing.T) {
	for _, c := range []struct {
		name string
		enc  encoding.Encoding // nil means UTF-8
		text string
		want []string // what each row says
	}{
		{"german", charmap.Windows1252, "Inventarliste Köln;;;;;;;;\nInventarnr.;Hersteller;Typ;Seriennummer;Standort;Inbetriebnahme;Anzahl;Preis;Bemerkung\n" +
			"1001;Acme;X2;A11;Köln;04.03.2019;2 Stück;1.234,56 €;läuft\n1002;Bolt;B7;A12;Köln;3. März 2020;1,00;2,00 €;\nSumme;;;;;;3;;\n",
			[]string{"asset tag=1001 installed=2019-03-04 manufacturer=Acme model=X2 price=1.234,56 € quantity=2 serial=A11 site=Köln",
				"asset tag=1002 installed=2020-03-03 manufacturer=Bolt model=B7 price=2,00 € quantity=1 serial=A12 site=Köln"}},
		{"french", nil, "N° d'inventaire;Désignation;Fabricant;Modèle;N° de série;Emplacement;Date d'achat;Nombre;Référence\n77;Routeur;Acme;X2;A11;Lyon;3 févr. 2020;2 pièces;R-1\n",
			[]string{"acquired=2020-02-03 asset tag=77 description=Routeur location=Lyon manufacturer=Acme model=X2 part number=R-1 quantity=2 serial=A11"}},
		{"spanish", nil, "Nombre del equipo;Fabricante;Modelo;Nº de serie;Fecha de compra;Cantidad\nsw;Acme;X2;A11;2 de enero de 2020;2 uds\n",
			[]string{"acquired=2020-01-02 manufacturer=Acme model=X2 name=sw quantity=2 serial=A11"}},
		{"chinese", simplifiedchinese.GB18030, "序号,设备名称,厂商,型号,序列号,位置,购买日期,数量,备注\n1,核心,Acme,X2,A11,机房A,2019年3月14日,2台,好\n",
			[]string{"acquired=2019-03-14 location=机房A manufacturer=Acme model=X2 name=核心 quantity=2 serial=A11"}},
		{"traditional chinese", traditionalchinese.Big5, "設備名稱,製造商,型號,序列號,購買日期,數量\n核心,Acme,X2,A11,民國110年3月5日,２\n",
			[]string{"acquired=2021-03-05 manufacturer=Acme model=X2 name=核心 quantity=2 serial=A11"}},
		{"japanese", japanese.ShiftJIS, "管理番号,機器名,メーカー,型番,製造番号,設置場所,購入日,数量,備考\n1,ルーター,Acme,X2,A11,東京,令和3年6月5日,2台,\n2,ルーター,Acme,X2,A12,東京,H31.4.1,1,\n",
			[]string{"acquired=2021-06-05 asset tag=1 location=東京 manufacturer=Acme model=X2 name=ルーター quantity=2 serial=A11",
				"acquired=2019-04-01 asset tag=2 location=東京 manufacturer=Acme model=X2 name=ルーター quantity=1 serial=A12"}},
		{"japanese of unix", japanese.EUCJP, "機器名,メーカー,型番,製造番号\nルーター,Acme,X2,A11\n", []string{"manufacturer=Acme model=X2 name=ルーター serial=A11"}},
		{"korean", korean.EUCKR, "장비명,제조사,모델명,시리얼번호,설치장소\n라우터,Acme,X2,A11,서울\n", []string{"location=서울 manufacturer=Acme model=X2 name=라우터 serial=A11"}},
		{"headings that end so", nil, "管理IP地址（v4）,核心设备型号,ＭＡＣアドレス\n192.0.2.7,X2,00:11:22:33:44:55\n", []string{"IP address=192.0.2.7 MAC address=00:11:22:33:44:55 model=X2"}},
		{"western bytes", charmap.Windows1252, "Name,Make,Model,Room\nä1,Acmé,X2,Büro\n", []string{"location=Büro manufacturer=Acmé model=X2 name=ä1"}},
		{"western capitals", charmap.Windows1252, "Name,Make,Model,Room\nÄÖ1,ÉÈÀ,ÖÄ,ÜÜÜÜ\n", []string{"location=ÜÜÜÜ manufacturer=ÉÈÀ model=ÖÄ name=ÄÖ1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := []byte(c.text)
			if c.enc != nil {
				var err error
				if data, err = c.enc.NewEncoder().Bytes(data); err != nil {
					t.Fatal(err)
				}
			}
			got, cov, err := sourcetest.Read(CSV{}, "a.csv", data)
			if err != nil || cov.Failed > 0 {
				t.Fatalf("error %v, failed %v\n%s", err, cov.Reasons, strings.Join(cov.Notes, "\n"))
			}
			var said []string
			for _, s := range got {
				m := map[string]string{}
				for _, o := range s.Observations {
					m[attrName(o.Attr)] = o.Value
				}
				var b []string
				for _, k := range sortedKeys(m) {
					b = append(b, fmt.Sprintf("%s=%s", k, m[k]))
				}
				said = append(said, strings.Join(b, " "))
			}
			if strings.Join(said, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s\n%s", strings.Join(said, "\n"), strings.Join(c.want, "\n"), strings.Join(cov.Notes, "\n"))
			}
		})
	}
}

// TestDates reads days as people of several languages write them.
func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"2021-03-05": "2021-03-05", "5 Mar 2021": "2021-03-05", "March 5th, 2021": "2021-03-05", "20210305": "2021-03-05",
		"5. März 2021": "2021-03-05", "1er août 2021": "2021-08-01", "15 juil. 2021": "2021-07-15", "15 de dezembro de 2021": "2021-12-15", "3 dic 2021": "2021-12-03",
		"2021年3月5日": "2021-03-05", "２０２１年３月５日": "2021-03-05", "令和元年5月1日": "2019-05-01", "平成31年4月30日": "2019-04-30", "2021년 3월 5일": "2021-03-05", "R3.6.5": "2021-06-05",
		"5 jui 2021": "", "R3.13.5": "", "S12-34-56": "", "令和": "", "5 Foo 2021": "",
	} {
		got, _ := parseDate([]byte(in), orderUnknown, false)
		if got != want {
			t.Errorf("parseDate(%q) = %q, want %q", in, got, want)
		}
	}
}

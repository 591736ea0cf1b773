package sheet

import "telltale/internal/evidence"

// foreignVocabulary says what headings in other languages mean, in the form of
// vocabulary; English wins where both know a phrase. Phrases are without
// accents, as normalise writes them, except where the accent alone tells them
// from an English word ("référence" is a part number, "reference" any note).
// The European ones (German, French, Spanish, Italian, Portuguese, Dutch,
// Scandinavian, Polish) stand here, those of East Asia below.
var foreignVocabulary = []struct {
	attr    evidence.Attr
	phrases string
}{
	{evidence.Serial, "seriennummer|seriennr|serien nr|serien nummer|serie nr|geraeteseriennummer|gerateseriennummer|fabriknummer|fabrikationsnummer|herstellnummer|werksnummer|snr|s nr|ser nr|numero de serie|n de serie|no de serie|num de serie|num serie|n serie|numero serie|serie|numero di serie|matricola|numero di matricola|seriale|numero seriale|n di serie|serienummer|serienr|numer seryjny|nr seryjny|numero de serie del equipo"},
	{evidence.IfMAC, "mac adresse|mac adressen|hardware adresse|hardwareadresse|physikalische adresse|physische adresse|adresse mac|adresses mac|adresse physique|direccion mac|indirizzo mac|endereco mac|mac adres|macadres|adres mac|mac address lan"},
	{evidence.IP, "ip adresse|ip adressen|ipadresse|management ip adresse|netzwerkadresse|ipv4 adresse|adresse ip|adresses ip|adresse ip de gestion|adresse de gestion|ip de gestion|direccion ip|ip de gestion|indirizzo ip|endereco ip|ip adres|adres ip"},
	{evidence.Hostname, "rechnername|computername|nom d hote|nom hote|nom de l hote|nom de machine|nom dns|nombre de host|nombre dns|nome host"},
	{evidence.AssetTag, "inventarnummer|inventarnr|inventar nr|inventar nummer|inv nr|anlagennummer|anlagennr|anlagen nr|anlagenkennzeichen|geratenummer|geraetenummer|numero d inventaire|n d inventaire|n inventaire|no d inventaire|num inventaire|code inventaire|numero d immobilisation|n d immobilisation|n immobilisation|code immobilisation|etiquette|numero de inventario|n inventario|no inventario|activo fijo|numero inventario|codice inventario|numero de patrimonio|patrimonio|inventarisnummer|inventarienummer|inventarnummer utstyr|nr inwentarzowy|numer inwentarzowy"},
	{evidence.Name, "gerat|geraet|geratename|geraetename|name des gerats|netzelement|knoten|knotenname|nom|nom de l equipement|nom equipement|nom de l appareil|nom du noeud|equipement|appareil|nombre|nombre del equipo|nombre del dispositivo|nombre de equipo|equipo|dispositivo|nome|nome dispositivo|nome apparato|apparato|nome do equipamento|equipamento|naam|apparaat|naam apparaat|enhet|enhetsnamn|enhed|navn|namn|nazwa urzadzenia|urzadzenie"},
	{evidence.ManufacturerText, "hersteller|herstellername|hersteller name|geratehersteller|geraetehersteller|fabrikat|produzent|hersteller marke|fabricant|fabriquant|constructeur|nom du fabricant|nom du constructeur|marque constructeur|fabricante|fabricante del equipo|produttore|costruttore|fabbricante|fabrikant|tillverkare|producent|produsent|valmistaja"},
	{evidence.BrandText, "marke|markenname|handelsmarke|marque|marque commerciale|marca|marca comercial|merk|marka|marke hersteller"},
	{evidence.SupplierText, "lieferant|lieferantenname|lieferfirma|handler|haendler|verkaufer|verkaeufer|anbieter|bezugsquelle|kreditor|fournisseur|nom du fournisseur|revendeur|vendeur|distributeur|installateur|proveedor|nombre del proveedor|vendedor|fornitore|fornecedor|leverancier|leverantor|leverandor|dostawca"},
	{evidence.ModelText, "modell|modellbezeichnung|modellnummer|modell nr|modellname|geratemodell|geraetemodell|typ|typbezeichnung|typenbezeichnung|typ bezeichnung|typ modell|modell typ|geratetyp|geraetetyp|hardwaretyp|produkt|produktname|produktbezeichnung|baureihe|modele|nom du modele|numero de modele|n de modele|reference modele|type d equipement|type de materiel|marque et modele|marque modele|modele de l equipement|produit|nom du produit|modelo|modelo del equipo|marca y modelo|marca modelo|numero de modelo|producto|modello|marca e modello|prodotto|produto|modelnummer|modelbetegnelse|modellbeteckning|model urzadzenia"},
	{evidence.PartNumber, "artikelnummer|artikelnr|artikel nr|art nr|teilenummer|teile nr|teilenr|best nr|materialnummer|material nr|sachnummer|herstellernummer|herstellerartikelnummer|herstellerteilenummer|produktnummer|référence|réf|reference article|reference fabricant|reference constructeur|ref fabricant|ref constructeur|ref fournisseur|reference fournisseur|reference produit|ref produit|code article|code produit|numero d article|n article|numero de piece|referencia|numero de parte|n de parte|no de parte|codigo|codigo de producto|codigo del articulo|codice|codice articolo|codice prodotto|codice produttore|codigo do produto|artikelcode|varenummer|numer katalogowy"},
	{evidence.Description, "beschreibung|bezeichnung|artikelbezeichnung|artikel|gegenstand|leistung|positionstext|benennung|anlagenbezeichnung|geratebezeichnung|geraetebezeichnung|geratebeschreibung|leistungsbeschreibung|kurztext|artikelbeschreibung|produktbeschreibung|designation|designation de l article|libelle|libelle article|intitule|materiel|objet|prestation|descripcion|descripcion del articulo|concepto|articulo|descrizione|descrizione articolo|oggetto|articolo|descricao|item descricao|omschrijving|beskrivning|beskrivelse|benamning|opis|nazwa"},
	{evidence.CategoryText, "kategorie|gerateart|geraeteart|art des gerats|klasse|gerateklasse|geraeteklasse|gruppe|warengruppe|anlagenklasse|anlageklasse|gattung|categorie|famille|type de produit|nature du bien|classe|categoria|tipo|tipo de equipo|clase|tipologia|tipo di apparato|tipo de equipamento|soort|type apparaat|kategori|rodzaj"},
	{evidence.FunctionText, "funktion|netzfunktion|netzebene|ebene|fonction|funcion|funzione"},
	{evidence.FirmwareText, "firmwarestand|firmware stand|firmwareversion|micrologiciel|version du micrologiciel|version firmware|version de firmware|versione firmware"},
	{evidence.SoftwareText, "softwarestand|softwareversion|logiciel|version logicielle|version du logiciel|version de software|versione software|nom du logiciel"},
	{evidence.OSText, "betriebssystem|systeme d exploitation|sistema operativo|besturingssysteem"},
	{evidence.OperatorText, "betreiber|netzbetreiber|dienstleister|dienstanbieter|wartungsfirma|operateur|exploitant|prestataire|prestataire de maintenance|fournisseur de service|operador|operatore|proveedor de servicio"},
	{evidence.Quantity, "anzahl|menge|stuckzahl|stueckzahl|stuck|stueck|stk|anz|quantite|qte|nombre d unites|nb|nbre|qte commandee|cantidad|cant|unidades|quantita|q ta|qta|quantidade|qtd|qtde|aantal|antal|antall|ilosc"},
	{evidence.Price, "preis|einzelpreis|stuckpreis|stueckpreis|ep|e preis|nettopreis|listenpreis|kaufpreis|anschaffungskosten|anschaffungswert|anschaffungspreis|ahk|wert|prix|prix unitaire|prix unitaire ht|pu|p u|pu ht|prix d achat|cout|cout unitaire|valeur|valeur d acquisition|valeur d achat|cout d acquisition|precio|precio unitario|coste|costo|costo unitario|valor|prezzo|prezzo unitario|preco|preco unitario|prijs|stukprijs|pris|a pris|cena"},
	{lineTotal, "gesamt|gesamtpreis|gp|betrag|gesamtbetrag|nettobetrag|bruttobetrag|zeilensumme|montant|montant ht|montant ttc|montant total|total ht|total ttc|prix total|importe|importe total|precio total|importo|totale|valor total|bedrag|totaal|belopp|kwota"},
	{evidence.Order, "bestellung|bestellnummer|bestell nr|auftrag|auftragsnummer|auftragsnr|auftrag nr|rechnung|rechnungsnummer|rechnungsnr|rechnung nr|angebot|angebotsnummer|vertrag|vertragsnummer|belegnummer|beleg|commande|n commande|n de commande|numero de commande|bon de commande|facture|n facture|n de facture|numero de facture|devis|n devis|n de devis|contrat|n contrat|numero de contrat|marche|pedido|n pedido|orden de compra|factura|n factura|contrato|ordine|numero ordine|fattura|numero fattura|nota fiscal|bestelnummer|factuurnummer"},
	{evidence.Site, "standort|standortname|liegenschaft|gebaude|gebaeude|werk|filiale|niederlassung|schule|betriebsstelle|objekt|batiment|etablissement|ecole|agence|nom du site|local technique|sitio|edificio|sede|escuela|emplazamiento|centro|stabilimento|predio|locatie|gebouw|anlaggning|lokalizacja"},
	{evidence.Location, "raum|raumnr|raum nr|raumnummer|zimmer|ort|aufstellort|aufstellungsort|einbauort|installationsort|etage|stockwerk|adresse|anschrift|schrank|lage|emplacement|localisation|lieu|lieu d installation|salle|piece|baie|armoire|ville|ubicacion|direccion|sala|planta|ubicazione|luogo|indirizzo|stanza|localizacao|endereco|ruimte|kamer|plats|placering|plassering"},
	{evidence.Latitude, "breitengrad|geographische breite|latitud|latitudine"},
	{evidence.Longitude, "langengrad|laengengrad|geographische lange|longitud|longitudine"},
	{evidence.Installed, "inbetriebnahme|inbetriebnahmedatum|inbetriebnahme am|in betrieb seit|installationsdatum|installiert am|einbaudatum|eingebaut am|aufgebaut am|montagedatum|date d installation|date installation|installe le|date de mise en service|mise en service|date mise en service|mis en service le|date de pose|fecha de instalacion|fecha instalacion|puesta en servicio|data di installazione|data installazione|data de instalacao|installatiedatum|installationsdato|data instalacji"},
	{evidence.Acquired, "anschaffung|anschaffungsdatum|anschaffung am|angeschafft am|kaufdatum|gekauft am|beschafft am|beschaffungsdatum|bestelldatum|rechnungsdatum|lieferdatum|erwerbsdatum|zugang|zugangsdatum|belegdatum|date d achat|date achat|achete le|date d acquisition|date acquisition|acquis le|date de commande|date commande|date de facture|date facture|date de livraison|date livraison|date de reception|fecha de compra|fecha compra|fecha de adquisicion|fecha adquisicion|fecha de factura|fecha de pedido|data di acquisto|data acquisto|data di acquisizione|data ordine|data de compra|data da compra|data de aquisicao|aankoopdatum|aanschafdatum|inkopsdatum|kobsdato|innkjopsdato|data zakupu"},
	{evidence.Removed, "ausserbetriebnahme|ausser betrieb|abgang|abgangsdatum|ausgemustert am|abgebaut am|demontage|demontagedatum|entsorgt am|ausserbetriebsetzung|date de retrait|retire le|date de sortie|date de depose|depose le|mis au rebut|mise au rebut|date de mise au rebut|hors service|date de reforme|fecha de baja|fecha de retirada|data dismissione|data de baixa"},
	{evidence.FundedBy, "finanzierung|finanziert durch|fordermittel|foerdermittel|mittelherkunft|financement|source de financement|finance par|subvention|financiacion|fuente de financiacion|finanziamento"},
	{evidence.Purpose, "verwendungszweck|zweck|einsatzzweck|finalite|utilisation prevue|uso previsto"},
	{evidence.ProducedIn, "herkunftsland|ursprungsland|herstellungsland|produktionsland|hergestellt in|land der herstellung|ursprung|pays d origine|pays de fabrication|origine|fabrique en|pays de production|lieu de fabrication|pais de origen|pais de fabricacion|fabricado en|paese di origine|paese di produzione|pais de origem|land van herkomst|ursprungsland vara"},
	{evidence.Status, "zustand|betriebszustand|betriebsstatus|etat|statut|etat de fonctionnement|estado|stato|situacao"},
	{contractEnd, "vertragsende|vertragslaufzeit|vertragsbeginn|laufzeit bis|fin de contrat|date de fin de contrat|fin del contrato|scadenza contratto"},
	{genericDate, "datum|fecha|dato"},
	{ignored, "bemerkung|bemerkungen|anmerkung|anmerkungen|kommentar|kommentare|hinweis|hinweise|lfd nr|lfdnr|laufende nummer|pos|pos nr|nummer|nutzer|benutzer|verantwortlich|verantwortlicher|ansprechpartner|kostenstelle|abteilung|garantie|garantie bis|gewahrleistung|einheit|mwst|ust|rabatt|wahrung|waehrung|kunde|kunden|kundenname|kundennummer|mieter|mandant|besitzer|eigentumer|eigentuemer|strasse|plz|bundesland|telefon|bearbeiter|sachbearbeiter|nutzungsdauer|restbuchwert|buchwert|" +
		"n|numero|remarque|remarques|commentaire|commentaires|observation|observations|utilisateur|affecte a|attribue a|responsable|clients|nom du client|locataire|proprietaire|fin de garantie|unite|tva|remise|ligne|telephone|departement|rue|code postal|pays|amortissement|observaciones|comentarios|cliente|nombre del cliente|usuario|asignado a|propietario|garantia|iva|unidad|utente|assegnato a|garanzia|usuario responsavel|observacoes|opmerking|opmerkingen|klant|gebruiker|klient|uwagi|kund|bruker|merknad"},
}

// asianVocabulary is that of Chinese, Japanese and Korean, whose words do not
// stand apart: a phrase counts as part of a heading where it ends it.
var asianVocabulary = []struct {
	attr    evidence.Attr
	phrases string
}{
	{evidence.Serial, "序列号|产品序列号|设备序列号|出厂编号|出厂序列号|sn号|sn码|机身编号|序列號|產品序號|シリアル番号|シリアルno|シリアル|シリアルナンバー|製造番号|製番|機番|시리얼번호|시리얼 번호|시리얼|일련번호|제조번호"},
	{evidence.IfMAC, "mac地址|物理地址|mac位址|macアドレス|物理アドレス|mac 주소|mac주소"},
	{evidence.IP, "ip地址|管理地址|管理ip|ip位址|ipアドレス|ip 주소|ip주소|관리ip"},
	{evidence.Hostname, "主机名|主机名称|计算机名|主機名稱|ホスト名|コンピュータ名|コンピューター名|호스트명|호스트 이름"},
	{evidence.AssetTag, "资产编号|资产编码|固定资产编号|设备编号|设备编码|资产标签|资产号|資產編號|財產編號|設備編號|資産番号|管理番号|資産管理番号|備品番号|固定資産番号|機器番号|管理no|資産コード|자산번호|자산 번호|관리번호"},
	{evidence.Name, "设备名称|设备名|名称|网元名称|资产名称|設備名稱|名稱|節點名稱|機器名|機器名称|装置名|装置名称|設備名|ノード名|デバイス名|資産名|장비명|장비 이름|이름|설비명"},
	{evidence.ManufacturerText, "厂商|制造商|生产厂家|厂家|生产商|生产厂商|设备厂商|设备厂家|制造厂商|制造厂|生产企业|製造商|廠商|製造廠|製造廠商|メーカー|メーカ|メーカー名|メーカ名|製造元|製造者|製造会社|製造業者|제조사|제조업체|제조회사|제조자"},
	{evidence.BrandText, "品牌|品牌名称|商标|牌子|商標|廠牌|ブランド|ブランド名|銘柄|브랜드|상표"},
	{evidence.SupplierText, "供应商|供货商|经销商|销售商|卖方|供方|集成商|供應商|經銷商|購入先|仕入先|販売店|納入業者|販売元|調達先|取引先|発注先|공급업체|공급사|납품업체|구매처"},
	{evidence.ModelText, "型号|设备型号|规格型号|产品型号|型号规格|机型|型號|機型|產品型號|型番|型式|機種|機種名|型名|モデル|モデル名|製品名|モデル|모델|모델명|기종"},
	{evidence.PartNumber, "料号|物料编码|物料号|产品编码|部件号|部件编号|料號|品番|部品番号|商品コード|製品番号|品目コード|商品番号|부품번호|품번"},
	{evidence.Description, "描述|产品描述|设备描述|物料描述|货物名称|产品名称|物品名称|品名|產品名稱|規格說明|説明|内容|商品名|品目|摘要|件名|仕様|품명|품목|설명|규격"},
	{evidence.CategoryText, "类型|类别|设备类型|设备类别|资产类别|分类|類型|類別|設備類型|種別|分類|種類|カテゴリ|カテゴリー|区分|유형|종류|분류"},
	{evidence.Quantity, "数量|台数|件数|數量|台數|個数|員数|수량|대수"},
	{evidence.Price, "单价|价格|原值|资产原值|采购价格|單價|價格|単価|価格|取得価額|取得価格|購入価格|단가|가격|취득가"},
	{lineTotal, "总价|金额|总金额|小计|總價|金額|小計|合計|合计|合計金額|购买金额|금액|합계"},
	{evidence.Order, "合同编号|合同号|订单号|订单编号|采购订单|发票号|发票号码|採購單號|訂單編號|合約編號|発注番号|注文番号|契約番号|請求書番号|見積番号|伝票番号|주문번호|계약번호"},
	{evidence.Site, "站点|站点名称|局点|机房|机房名称|站址|站名|分公司|学校|大楼|基站名称|站點|機房|學校|拠点|拠点名|事業所|局舎|局名|学校名|建物|サイト|支店|ビル名|営業所|사이트|국사|건물|학교"},
	{evidence.Location, "位置|地点|地址|房间|机柜|地點|房間|機櫃|設置場所|場所|部屋|住所|所在地|フロア|ラック|教室|위치|설치장소|설치 장소|주소"},
	{evidence.Latitude, "纬度|緯度|위도"},
	{evidence.Longitude, "经度|經度|経度|경도"},
	{evidence.Installed, "安装日期|投运日期|上线时间|启用日期|启用时间|投产日期|安装时间|开通时间|安裝日期|啟用日期|設置日|設置年月日|導入日|導入年月日|稼働日|運用開始日|설치일|설치일자|개통일"},
	{evidence.Acquired, "购买日期|采购日期|购置日期|购入日期|购买时间|采购时间|购置时间|入库日期|到货日期|合同日期|購買日期|採購日期|購置日期|購入日|購入年月日|取得日|取得年月日|納品日|納入日|発注日|調達日|検収日|구매일|구입일|구매일자|도입일|취득일"},
	{evidence.Removed, "报废日期|退网日期|下线时间|拆除日期|報廢日期|廃棄日|撤去日|撤去年月日|廃止日|除却日|폐기일|철거일"},
	{evidence.FundedBy, "资金来源|經費來源|資金区分|재원"},
	{evidence.Purpose, "用途|용도"},
	{evidence.ProducedIn, "产地|原产地|原产国|生产地|產地|製造國|原産国|製造国|生産国|原産地|원산지|제조국"},
	{evidence.Status, "状态|狀態|状態|状況|稼働状況|ステータス|상태"},
	{evidence.FirmwareText, "固件|固件版本|韌體版本|ファームウェア|ファームウェアバージョン|펌웨어"},
	{evidence.SoftwareText, "软件版本|系统版本|軟體版本|软件名称|ソフトウェア|ソフトウェア名|ソフト名|バージョン|소프트웨어"},
	{evidence.OSText, "操作系统|作業系統|オペレーティングシステム|운영체제"},
	{evidence.OperatorText, "运营商|服务商|運營商|電信業者|通信事業者|回線事業者|保守業者|통신사"},
	{genericDate, "日期|日付|날짜|일자"},
	{ignored, "序号|序號|编号|編號|备注|備註|说明|負責人|负责人|使用人|保管人|使用部门|部门|责任人|联系人|单位|單位|客户|客户名称|客戶|客戶名稱|用户|税率|保修|保修期|折旧|備考|担当者|使用者|利用者|部署|項番|番号|連番|顧客|顧客名|単位|保証期限|所属|お客様名|耐用年数|リース期限|비고|담당자|번호|순번|고객|고객명|사용자|부서|단위"},
}
